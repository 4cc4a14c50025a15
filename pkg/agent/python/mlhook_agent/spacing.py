"""When a snapshot of a training is due.

A killed training repeats at most one epoch or one second, whichever is longer,
and its snapshots take at most their share of its time. Where a snapshot is so
dear that both cannot be had, the share is kept. What any resumed training does
again, as compiling its step, counts as neither.
"""

SHARE = 0.02  # of the training time that snapshots may take
SECONDS = 1.0  # of training that a crash may repeat, where an epoch is shorter
AGAIN = 0.25  # seconds of trainings that ended and are trained again, since keeping them would cost more
EARLY = 0.25  # part of the share that a snapshot may take before one is needed


class Spacing:
    """The times of one attempt's snapshots. now is time.monotonic(); costs are the training thread's own seconds."""

    def __init__(self, share: float = SHARE) -> None:
        self.share = share
        self.cost = 0.0  # of the last snapshot
        self.latency = 0.0  # seconds from a state to its checkpoint on disk, the last time
        self._debt = 0.0  # what was spent besides
        self._again = 0.0  # seconds of training that no checkpoint spares a crash
        self._began = False
        self._asked = self._state = 0.0  # the last epoch's end; where a crash would go back to
        self._epoch = self._risk = 0.0  # seconds, when asked last

    def begin(self, now: float) -> None:
        """Training begins, again maybe: the first epoch does."""
        if not self._began:
            self._began, self._state = True, now
        self._asked = now

    def prepared(self, seconds: float) -> None:
        """So long training has only been prepared for, as a resumed one would be again: nothing that a crash costs."""
        self._asked += seconds
        self._state += seconds

    def keeps(self, seconds: float) -> bool:
        """Whether to keep a training that ended and took so long; where not, it counts as at risk from here on."""
        if self.share < 1 and self._again + seconds <= AGAIN:
            self._again += seconds
            return False
        return True

    def resumed(self, now: float) -> None:
        """Training goes on from a checkpoint."""
        self._began, self._asked, self._state = True, now, now

    def due(self, now: float) -> bool:
        """Whether to take a snapshot at this epoch's end; to be asked at every one.

        One is needed where another epoch, or one of twice the length, since
        epochs are not all alike, would put a second at risk. A cheap
        one is taken earlier. A share of 1 or more asks for one after every epoch.
        """
        if not self._began:
            self.begin(now)
        self._epoch, self._risk, self._asked = now - self._asked, now - self._state + self._again, now
        if self.share >= 1:
            return True
        if self._risk + self._epoch <= SECONDS / 2:
            return False
        needed = self._risk + 2 * self._epoch + self.latency >= SECONDS
        if needed:
            return self.cost <= self.share * self._risk
        return self.cost + self._debt <= EARLY * self.share * self._risk

    def waits(self) -> bool:
        """Whether the training waits until its snapshot is on disk.

        Where training on meanwhile could put more than a second, or than one
        epoch, at risk it does, if it can afford to.
        """
        if self.share >= 1:
            return True
        if self._risk + 2 * self.latency <= max(SECONDS, self._epoch):
            return False
        return self.cost + self.latency <= self.share * self._risk

    def taken(self, cost: float) -> None:
        """A snapshot of the state at the last epoch's end was taken."""
        self.cost, self._debt, self._state = cost, 0.0, self._asked

    def spent(self, cost: float) -> None:
        """Something else was done so that the training can be resumed; until it is made up for none is early."""
        self._debt += cost
