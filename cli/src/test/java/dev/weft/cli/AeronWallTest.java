package dev.weft.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.weft.messaging.CdiSpecification;
import org.junit.jupiter.api.Test;

/** An agent without messaging loads nothing of Aeron: it is reached through the service loader alone. The measuring tool is no agent. */
class AeronWallTest {
    private static final JavaClasses WEFT = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weft");
    private static final DescribedPredicate<JavaClass> AERON = JavaClass.Predicates.resideInAnyPackage("io.aeron..", "org.agrona..");

    @Test
    void shouldKeepAeronOutOfEveryOtherModule() {
        noClasses().that().resideOutsideOfPackages("dev.weft.messaging..", "dev.weft.perf..").should().dependOnClassesThat(AERON)
                .check(WEFT);
    }

    @Test
    void shouldUseOfMessagingOnlyWhatDoesNotNeedAeron() {
        noClasses().that().resideOutsideOfPackage("dev.weft.messaging..")
                .should().dependOnClassesThat(JavaClass.Predicates.resideInAPackage("dev.weft.messaging..")
                        .and(DescribedPredicate.not(JavaClass.Predicates.equivalentTo(CdiSpecification.class)))).check(WEFT);
        noClasses().that().haveFullyQualifiedName(CdiSpecification.class.getName())
                .should().transitivelyDependOnClassesThat(AERON).check(WEFT);
    }

    @Test
    void shouldHaveLookedAtAllModules() {
        for (String name : new String[] {"dev.weft.agent.Agent", "dev.weft.messaging.AeronMessaging", "dev.weft.tcp.TcpTransport"}) {
            assertTrue(WEFT.contain(name), name);
        }
    }
}
