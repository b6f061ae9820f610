package dev.weft.rdma;

import dev.weft.rdma.sim.SimWorld;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/** A worker thread in virtual time: one task after the other, each some time after it was given. */
final class SimWorker implements Executor {
    private final SimWorld world;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean running;
    private boolean atOnce;

    SimWorker(SimWorld world) {
        this.world = world;
    }

    /** The process has ended: what is left is done without delay, as the kernel cleans up. */
    void finish() {
        atOnce = true;
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    @Override
    public void execute(Runnable task) {
        if (atOnce) {
            task.run();
            return;
        }
        tasks.add(task);
        next();
    }

    private void next() {
        if (!running && !tasks.isEmpty()) {
            running = true;
            world.after(20_000 + world.random().nextInt(world.random().nextInt(8) == 0 ? 5_000_000 : 300_000), this::runOne);
        }
    }

    private void runOne() {
        running = false;
        if (!tasks.isEmpty()) {
            tasks.poll().run();
            next();
        }
    }
}
