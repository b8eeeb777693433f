"""Reports about queues that are mailed by themselves: daily, weekly or monthly."""
