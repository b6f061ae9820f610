package dev.weft.rdma;

import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import java.util.EnumSet;
import java.util.Set;

/** What an unsuccessful completion says about its link, in words for people. */
final class CompletionStatus {
    static final int SUCCESS = IbvWcStatus.IBV_WC_SUCCESS.ordinal();
    static final int FLUSHED = IbvWcStatus.IBV_WC_WR_FLUSH_ERR.ordinal();

    private static final IbvWcStatus[] ALL = IbvWcStatus.values();
    private static final Set<IbvWcStatus> FORBIDDEN = EnumSet.of(IbvWcStatus.IBV_WC_LOC_LEN_ERR, IbvWcStatus.IBV_WC_LOC_PROT_ERR,
            IbvWcStatus.IBV_WC_LOC_ACCESS_ERR, IbvWcStatus.IBV_WC_REM_ACCESS_ERR, IbvWcStatus.IBV_WC_REM_INV_REQ_ERR,
            IbvWcStatus.IBV_WC_REM_OP_ERR);

    private CompletionStatus() {
    }

    /**
     * Whether a device refused what the other side, or this one, asked for: it was too long, or not allowed. Links use nothing that can
     * be refused, so an agent is wrong; all other errors are of paths. siw reports a TCP connection that broke under a send as
     * LOC_QP_OP_ERR, so that one says nothing.
     */
    static boolean isForbidden(int status) {
        return status > 0 && status < ALL.length && FORBIDDEN.contains(ALL[status]);
    }

    static String describe(int status) {
        if (status < 0 || status >= ALL.length) {
            return "completion with unknown status " + status;
        }
        String name = ALL[status].name().substring("IBV_WC_".length());
        return switch (ALL[status]) {
            case IBV_WC_RETRY_EXC_ERR -> "the peer's device does not answer (" + name + ")";
            case IBV_WC_RNR_RETRY_EXC_ERR -> "the peer had no receive slot although it had promised one (" + name + ")";
            case IBV_WC_WR_FLUSH_ERR -> "the connection ended (" + name + ")";
            case IBV_WC_REM_ACCESS_ERR, IBV_WC_REM_INV_REQ_ERR, IBV_WC_REM_OP_ERR -> "the peer's device refused the request (" + name + ")";
            case IBV_WC_LOC_LEN_ERR -> "a message was longer than a receive slot (" + name + ")";
            case IBV_WC_LOC_PROT_ERR, IBV_WC_LOC_QP_OP_ERR -> "this host's device refused the request (" + name + ")";
            default -> "the device reported " + name;
        };
    }
}
