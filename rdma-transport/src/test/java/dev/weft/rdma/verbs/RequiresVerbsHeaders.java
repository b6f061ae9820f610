package dev.weft.rdma.verbs;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** The test compiles C against the headers of rdma-core. Without them it is reported as skipped with the packages to install. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(VerbsHeadersCondition.class)
@interface RequiresVerbsHeaders {
}
