"""What `./run bench` measures: how long the demo takes to start, stop and answer; how long a promise takes."""
