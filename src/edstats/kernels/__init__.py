"""Warm kernels: each is forked from a process that has already imported what notebooks need.

A stock kernel starts an interpreter and imports pandas and matplotlib anew for every notebook, and talks to its client
over ten sockets. Here a server process (``server``) does the imports once and forks a process for each notebook; the
forked kernel (``forked``) is ipykernel's own but for its sockets, and the client (``client``) is jupyter_client's own
but for how a kernel is started; what they say to each other goes over one local socket (``wire``). Linux only.

A notebook is to notice nothing, but for this. A warm kernel is killed in the end, so that what is registered with
``atexit`` is not run, and a cell that runs over its time leaves no KeyboardInterrupt among the outputs. Modules that
the server has imported are there already, with the filters of warnings that they set. There is no debugger, no
connection file, and no ``JPY_PARENT_PID``; garbage is collected less often; ``input`` is refused, as papermill has it
refused anyway.
"""
