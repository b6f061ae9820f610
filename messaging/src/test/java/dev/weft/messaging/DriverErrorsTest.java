package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.exceptions.AeronException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class DriverErrorsTest {
    private final List<String> written = new ArrayList<>();
    private long now;

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
            written.add(method.getName() + " " + java.util.Arrays.deepToString(arguments));
            return null;
        });
    }

    @Test
    void shouldKeepAFloodOfComplaintsOutOfTheLogAndSayHowManyWereLeftOut() {
        DriverErrors errors = new DriverErrors("blue", () -> now, logger());
        for (int i = 0; i < 1_000; i++) {
            errors.onError(new AeronException("no " + i));
        }
        assertEquals(20, written.size());
        assertTrue(written.getFirst().startsWith("warn") && written.getFirst().contains("no 0"), written.getFirst());
        now += TimeUnit.SECONDS.toNanos(10);
        errors.onError(new IllegalStateException("a fault of ours"));
        assertEquals(22, written.size());
        assertTrue(written.get(20).contains("980"), written.get(20));
        assertTrue(written.getLast().startsWith("error"), "with its stack: " + written.getLast());
    }
}
