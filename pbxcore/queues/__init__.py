"""Who waits, who serves, and who of them is brought together: call queues, without I/O.

`settings` what an administrator sets · `inputs` what the queues are told · `outputs` what is to be
done · `facts` what happened · `engine` the one owner of it all · `strategies` who rings first ·
`state` what outlasts a restart · `queue_log` a projection of the facts.
"""
