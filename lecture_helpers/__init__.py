"""Helpers for the executable lecture on optimization for training deep models.

Import the room you need, ``widgets``, ``plots``, ``training``, ``optimization`` ...: importing this
package alone loads nothing else.
"""

from lecture_helpers.foundation.surroundings import settle

settle()
