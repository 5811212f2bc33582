"""Helpers for the executable lecture on optimization for training deep models.

Import the room you need, ``widgets``, ``plots``, ``training``, ``optimization`` ...: importing this
package alone loads nothing else.
"""

from lecture_helpers.foundation.rounding import round_alike

round_alike()
