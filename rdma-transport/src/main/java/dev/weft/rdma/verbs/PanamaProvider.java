package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.RdmaProvider;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;

/** DiSNI's provider on java.lang.foreign. */
public final class PanamaProvider extends RdmaProvider {
    /** DiSNI's Java and native halves agree on this number; programs may ask for it. */
    private static final int DISNI_INTERFACE_VERSION = 32;
    private static final Path CM_DEVICE = Path.of("/dev/infiniband/rdma_cm");

    private static PanamaProvider installed;

    private final PanamaVerbs verbs = new PanamaVerbs();
    private final PanamaCm cm = new PanamaCm();

    private PanamaProvider() {
    }

    @Override
    public PanamaCm openCm() {
        return cm;
    }

    @Override
    public PanamaVerbs openVerbs() {
        return verbs;
    }

    @Override
    public int getVersion() {
        return DISNI_INTERFACE_VERSION;
    }

    /** See {@link PanamaVerbs#install}. */
    static PanamaProvider install() throws IOException {
        String problem = libraryProblem();
        if (problem != null) {
            throw new IOException(problem);
        }
        return register();
    }

    /** Which library is missing or too old, and the remedy; null when both are there. */
    public static String libraryProblem() {
        String problem = IbvFunctions.LIBRARY.problem();
        return problem != null ? problem : CmFunctions.LIBRARY.problem();
    }

    /** Which part of the kernel is missing, and the remedy; null when it is there. Asks no library, which takes a quarter of a second. */
    public static String kernelProblem() {
        return Files.exists(CM_DEVICE) ? null : CM_DEVICE + " is missing: load the connection manager with modprobe rdma_ucm";
    }

    /**
     * Why no RDMA connection can be made on this host and what to do about it: a library, a kernel module or a device is missing.
     * Looks every time, since devices come and go.
     *
     * @return null when there is at least one device
     */
    public static String problem() {
        String problem = libraryProblem();
        if (problem != null) {
            return problem;
        }
        problem = kernelProblem();
        if (problem != null) {
            return problem;
        }
        try {
            return Devices.list().isEmpty() ? "this host has no RDMA device: load its driver, or make a software device with"
                    + " modprobe rdma_rxe (RoCE) or siw (iWARP) and rdma link add NAME type rxe|siw netdev INTERFACE" : null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /**
     * Puts this provider where DiSNI keeps its own. DiSNI offers no way to choose, and takes its JNI provider at the first use, so the
     * field is set by reflection. Needs no library.
     */
    static synchronized PanamaProvider register() throws IOException {
        if (installed != null) {
            return installed;
        }
        PanamaProvider provider = new PanamaProvider();
        synchronized (RdmaProvider.class) {
            try {
                Field field = RdmaProvider.class.getDeclaredField("provider");
                field.setAccessible(true);
                if (field.get(null) != null) {
                    throw new IOException("DiSNI already uses " + field.get(null).getClass().getName() + " in this JVM");
                }
                DisniAffinity.define();
                field.set(null, provider);
            } catch (ReflectiveOperationException e) {
                throw new IOException("this DiSNI has no field RdmaProvider.provider; Weft needs com.ibm.disni:disni:2.1", e);
            }
        }
        installed = provider;
        return provider;
    }
}
