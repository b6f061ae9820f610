package dev.weft.rdma.verbs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

final class VerbsHeadersCondition implements ExecutionCondition {
    private static final List<Path> NEEDED =
            List.of(Path.of("/usr/bin/gcc"), Path.of("/usr/include/rdma/rdma_cma.h"), Path.of("/usr/include/infiniband/verbs.h"));

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return NEEDED.stream().filter(path -> !Files.exists(path)).findFirst()
                .map(path -> ConditionEvaluationResult.disabled(path + " is missing: apt-get install gcc libibverbs-dev librdmacm-dev"))
                .orElse(ConditionEvaluationResult.enabled("gcc and the headers are here"));
    }
}
