"""What `./run bench` measures: how long the demo takes to start and stop, and to answer."""
