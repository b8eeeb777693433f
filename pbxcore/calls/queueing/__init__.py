"""Call queues on the running PBX: `pbxcore.queues` decides, and this does what it says."""
