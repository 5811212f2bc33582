"""What every room stands on: argument checks, threads, subprocesses, progress."""
