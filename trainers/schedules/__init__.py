"""Learning-rate schedules: how the learning rate changes over epochs or steps, one rule per file.

Every schedule is a multiplier on the initial learning rate alpha0, so that ``alpha_t = alpha0 * multiplier(t)``.
"""

from trainers.schedules.base import Rule
from trainers.schedules.rates import rates
from trainers.schedules.reduce_on_plateau import Watch
from trainers.schedules.rules import RULES
from trainers.schedules.schedule import Schedule

__all__ = ["RULES", "Rule", "Schedule", "Watch", "rates"]
