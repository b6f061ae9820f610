package dev.weft.rdma.doctor;

/**
 * One thing that was looked at.
 *
 * @param check  what, in a word
 * @param detail what was found
 * @param remedy what to do; empty when nothing is to be done
 */
public record Finding(String check, Verdict verdict, String detail, String remedy) {

    /** How bad it is. */
    public enum Verdict {
        OK,
        /** RDMA works, but worse, slower or less safely than it could. */
        WARN,
        /** RDMA does not work on this host. */
        FAIL
    }

    static Finding ok(String check, String detail) {
        return new Finding(check, Verdict.OK, detail, "");
    }

    static Finding warn(String check, String detail, String remedy) {
        return new Finding(check, Verdict.WARN, detail, remedy);
    }

    static Finding fail(String check, String detail, String remedy) {
        return new Finding(check, Verdict.FAIL, detail, remedy);
    }
}
