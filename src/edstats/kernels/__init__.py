"""Warm kernels: each is forked from a process that has already imported what notebooks need.

A stock kernel starts an interpreter and imports pandas and matplotlib anew for every notebook, and talks to its client
over ten sockets. Here a server process (``server``) does the imports once and forks a process for each notebook; the
forked kernel (``forked``) is ipykernel's own but for its sockets, and the client (``manager``) is jupyter_client's own
but for how a kernel is started; what they say to each other goes over one local socket (``wire``). Linux only.
"""
