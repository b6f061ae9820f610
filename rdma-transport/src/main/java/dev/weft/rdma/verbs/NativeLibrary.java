package dev.weft.rdma.verbs;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A shared library of rdma-core that may be missing. Looking it up never fails: what is missing becomes {@link #problem()}, a sentence
 * with the remedy, and the handles asked for are null. Classes that hold such handles load on any machine.
 */
final class NativeLibrary {
    private static final String REMEDY = "install rdma-core 22 or newer (Debian: apt-get install libibverbs1 librdmacm1"
            + " ibverbs-providers; Fedora: dnf install libibverbs librdmacm)";

    private final String name;
    private final SymbolLookup symbols;
    private String problem;

    /**
     * @param soname       as the dynamic linker knows it
     * @param pathProperty system property that names another file, for libraries outside the linker's path
     */
    NativeLibrary(String soname, String pathProperty) {
        name = System.getProperty(pathProperty, soname);
        symbols = open();
    }

    private SymbolLookup open() {
        try {
            return name.contains("/") ? SymbolLookup.libraryLookup(java.nio.file.Path.of(name), Arena.global())
                    : SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException e) {
            problem = name + " is not on the library path of this host; " + REMEDY;
            return null;
        }
    }

    /** @return the function, or null when it is missing; the first missing one is the {@link #problem()} */
    MethodHandle function(String symbol, FunctionDescriptor type, Linker.Option... options) {
        if (symbols == null) {
            return null;
        }
        Optional<MemorySegment> address = symbols.find(symbol);
        if (address.isEmpty()) {
            problem = problem == null ? name + " has no " + symbol + ": it is too old; " + REMEDY : problem;
            return null;
        }
        return Linker.nativeLinker().downcallHandle(address.get(), type, options);
    }

    /** Why the library cannot be used and what to do about it, or null when it can. */
    String problem() {
        return problem;
    }
}
