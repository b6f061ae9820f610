package dev.weft.rdma.verbs;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * The test needs an RDMA device. Such tests are left out by their tag on an ordinary host and run in the machines of lab/rdma-vm,
 * which name the device's address in the system property {@link #ADDRESS}, and optionally an IPv6 one in {@link #ADDRESS6}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("rdma")
public @interface OnDevice {
    String ADDRESS = "dev.weft.rdma.address";
    String ADDRESS6 = "dev.weft.rdma.address6";
}
