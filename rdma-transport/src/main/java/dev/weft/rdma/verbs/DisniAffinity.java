package dev.weft.rdma.verbs;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import com.ibm.disni.util.MemBuf;
import dev.weft.linux.CpuAffinity;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in for {@code com.ibm.disni.util.NativeAffinity}, whose initialiser loads libdisni and whose absence ends the completion
 * thread of DiSNI's active endpoint groups. The class defined here under that name delegates to {@link #setAffinity} and
 * {@link #getAffinity}.
 */
public final class DisniAffinity {
    private static final Logger LOG = LoggerFactory.getLogger(DisniAffinity.class);
    private static final ClassDesc STOCK = ClassDesc.of("com.ibm.disni.util.NativeAffinity");
    private static final ClassDesc HERE = ClassDesc.of("dev.weft.rdma.verbs.DisniAffinity");
    private static final MethodTypeDesc SET = MethodTypeDesc.of(CD_void, CD_long);
    private static final MethodTypeDesc GET = MethodTypeDesc.of(CD_long);

    private DisniAffinity() {
    }

    /** DiSNI's contract: a mask that is not positive leaves the thread where it is. */
    public static void setAffinity(long mask) {
        if (mask <= 0) {
            return;
        }
        try {
            CpuAffinity.set(mask);
        } catch (IOException e) {
            LOG.warn("thread stays on its processors: {}", e.getMessage());
        }
    }

    /** DiSNI's contract: all bits when it cannot be told. */
    public static long getAffinity() {
        try {
            return CpuAffinity.get();
        } catch (IOException e) {
            return -1;
        }
    }

    /** Defines the class in DiSNI's package and loader. Does nothing when the stock class was loaded before, with its library. */
    static void define() throws ReflectiveOperationException {
        try {
            MethodHandles.privateLookupIn(MemBuf.class, MethodHandles.lookup()).defineClass(bytes());
        } catch (LinkageError e) {
            LOG.info("DiSNI's own NativeAffinity is in use: {}", e.getMessage());
        }
    }

    private static byte[] bytes() {
        int flags = ACC_PUBLIC | ACC_STATIC;
        return ClassFile.of().build(STOCK, type -> type
                .withFlags(ACC_PUBLIC | ACC_FINAL)
                .withMethodBody("setAffinity", SET, flags, code -> code.lload(0).invokestatic(HERE, "setAffinity", SET).return_())
                .withMethodBody("getAffinity", GET, flags, code -> code.invokestatic(HERE, "getAffinity", GET).lreturn()));
    }
}
