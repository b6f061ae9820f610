package dev.weft.perf.command;

/** What the exit status of {@code weft perf} means; docs/perf.md lists the same. */
public final class ExitCodes {
    /** Measured as asked; thresholds hold. */
    public static final int OK = 0;
    /** Nothing was measured: server missing, refused, wrong version, busy; or results could not be written. */
    public static final int FAILED = 1;
    /** The command line makes no sense. */
    public static final int USAGE = 2;
    /** The run ended early, or not every layer or pair could be measured; what was measured is there. */
    public static final int PARTIAL = 3;
    /** The run is whole but missed the rate it was asked to keep, or the self-test does not hold. */
    public static final int MISSED = 4;
    /** A comparison broke a threshold. */
    public static final int REGRESSION = 5;

    private ExitCodes() {
    }
}
