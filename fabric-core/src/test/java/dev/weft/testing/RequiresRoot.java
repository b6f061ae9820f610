package dev.weft.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test makes network namespaces, TUN devices or nft rules. Without the privilege it is reported as skipped with the reason;
 * with {@code CI=true} in the environment that is a failure instead, so that nothing is skipped silently.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("root")
@ExtendWith(RootCondition.class)
public @interface RequiresRoot {
}
