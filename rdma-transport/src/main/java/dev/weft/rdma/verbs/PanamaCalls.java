package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.SVCDeregMr;
import com.ibm.disni.verbs.SVCRegMr;
import com.ibm.disni.verbs.SVCReqNotify;
import dev.weft.linux.Errno;
import java.io.IOException;

/** The stateful verb calls that carry no list: ask for a notification, register and deregister memory. */
final class PanamaCalls {

    private PanamaCalls() {
    }

    /** ibv_req_notify_cq. */
    static final class ReqNotify extends SVCReqNotify {
        private final PanamaCq cq;
        private final int solicitedOnly;
        private boolean valid = true;

        ReqNotify(PanamaCq cq, boolean solicitedOnly) {
            this.cq = cq;
            this.solicitedOnly = solicitedOnly ? 1 : 0;
        }

        @Override
        public SVCReqNotify execute() throws IOException {
            if (!cq.isOpen()) {
                throw new IOException("request for notification on a closed completion queue");
            }
            int error = IbvFunctions.callReqNotify(cq.reqNotify, cq.address, solicitedOnly);
            if (error != 0) {
                throw new IOException("request for notification failed: " + Errno.describe(Math.abs(error)));
            }
            return this;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public SVCReqNotify free() {
            valid = false;
            return this;
        }
    }

    /** ibv_reg_mr. */
    static final class RegMr extends SVCRegMr {
        private final PanamaPd pd;
        private final long start;
        private final long length;
        private final int access;
        private final Object buffer;
        private PanamaMr region;
        private boolean valid = true;

        /** @param buffer what must live as long as the registration, or null */
        RegMr(PanamaPd pd, long start, long length, int access, Object buffer) {
            this.pd = pd;
            this.start = start;
            this.length = length;
            this.access = access;
            this.buffer = buffer;
        }

        @Override
        public SVCRegMr execute() throws IOException {
            if (!pd.isOpen()) {
                throw new IOException("registration in a closed protection domain");
            }
            long address = IbvFunctions.regMr(pd.address, start, length, access);
            if (address == 0) {
                throw new IOException("registration of " + length + " bytes failed: " + hint(Errno.last()));
            }
            LayoutCheck.mr(address, pd, start, length);
            region = new PanamaMr(pd, address, start, length, access, buffer);
            return this;
        }

        private static String hint(int errno) {
            String what = Errno.describe(errno);
            return errno == Errno.ENOMEM ? what + "; raise the locked-memory limit (LimitMEMLOCK=infinity, ulimit -l)" : what;
        }

        /** Also after {@link #free}. */
        @Override
        public IbvMr getMr() {
            return region;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public SVCRegMr free() {
            valid = false;
            return this;
        }
    }

    /** ibv_dereg_mr. */
    static final class DeregMr extends SVCDeregMr {
        private final PanamaMr region;
        private boolean valid = true;

        DeregMr(PanamaMr region) {
            this.region = region;
        }

        @Override
        public SVCDeregMr execute() throws IOException {
            if (!region.isOpen()) {
                throw new IOException("deregistration of a closed memory region");
            }
            region.close();
            int error = IbvFunctions.deregMr(region.address);
            if (error != 0) {
                throw new IOException("deregistration of " + region + " failed: " + Errno.describe(error));
            }
            return this;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public SVCDeregMr free() {
            valid = false;
            return this;
        }
    }
}
