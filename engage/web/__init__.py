"""HTTP and Socket.IO: the application, its middleware and its errors."""
