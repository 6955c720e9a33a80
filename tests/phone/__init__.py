"""What a simulated iPhone consists of: Safari, Settings, the SCEP client and the MDM client.

It judges the server, so it is written from the specifications and shares no code with it.
"""
