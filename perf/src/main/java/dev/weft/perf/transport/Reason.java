package dev.weft.perf.transport;

import java.io.EOFException;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for failures. Java says of several only what class they are of, or which file they concern. */
public final class Reason {
    private Reason() {
    }

    /** @return never null, for a sentence: the message, or what the class of the failure means */
    public static String of(Throwable failure) {
        if (failure instanceof FileSystemException file && file.getReason() == null) {
            return switch (file) {
                case NoSuchFileException _ -> file.getMessage() + ": there is no such file";
                case AccessDeniedException _ -> file.getMessage() + ": permission denied";
                default -> file.getMessage() + ": " + file.getClass().getSimpleName();
            };
        }
        if (failure.getMessage() != null) {
            return failure.getMessage();
        }
        return switch (failure) {
            case PortUnreachableException _ -> "nothing listens on that port";
            case UnresolvedAddressException _ -> "there is no host of that name";
            case ClosedChannelException _ -> "the connection was closed";
            case EOFException _ -> "the connection ended in the middle of a message";
            default -> failure.getCause() == null ? failure.getClass().getSimpleName() : of(failure.getCause());
        };
    }
}
