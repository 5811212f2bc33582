"""Many small networks trained at once, and what is known of them afterwards."""
