package dev.weft.rdma.sim;

/** Lets a world run beside real lane threads: its descriptors are real, its clock is the wall's. */
public final class RealTime implements AutoCloseable {
    private final SimWorld world;
    private final Thread thread = Thread.ofPlatform().name("sim-world").daemon().unstarted(this::run);
    private volatile boolean running = true;

    public RealTime(long seed) {
        world = new SimWorld(seed, new EventFds());
        thread.start();
    }

    public SimWorld world() {
        return world;
    }

    private void run() {
        long start = System.nanoTime() - world.now();
        try {
            while (running) {
                world.runRealTime(System.nanoTime() - start);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        running = false;
        thread.interrupt();
    }
}
