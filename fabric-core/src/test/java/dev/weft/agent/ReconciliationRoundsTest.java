package dev.weft.agent;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReconciliationRoundsTest {

    @Test
    void shouldGoOnWithTheNextTaskAndTheNextRoundAfterAFailure() {
        AtomicInteger rounds = new AtomicInteger();
        try (Reconciliation reconciliation = new Reconciliation(Duration.ofMillis(1))) {
            reconciliation.add(() -> {
                throw new IllegalStateException("a fault");
            });
            reconciliation.add(rounds::incrementAndGet);
            reconciliation.start();
            await().until(() -> rounds.get() >= 3);
        }
    }
}
