package dev.weft.perf.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that the hosts of a mesh share with whoever may have them measure towards one another. It never travels: the server gives a
 * nonce, and the answer is HMAC-SHA-256 of nonce and request.
 */
public final class MeshToken {
    private static final int MIN_LENGTH = 16;
    private static final int MAX_LENGTH = 1024;
    private static final Set<PosixFilePermission> OTHERS = Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.GROUP_WRITE);
    private static final String REMEDY = "; make one with: (umask 077; head -c 32 /dev/urandom | base64 >FILE) and copy it to every host";

    private final SecretKeySpec key;

    private MeshToken(String secret) {
        key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    /**
     * Reads the secret.
     *
     * @throws IOException when the file is missing, open to others, too short or too long; with the remedy
     */
    public static MeshToken read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no token file " + file + REMEDY);
        }
        if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
            throw new IOException("others can read or change the token in " + file + "; close it with: chmod 600 " + file);
        }
        if (Files.size(file) > MAX_LENGTH) {
            throw new IOException("the token in " + file + " is longer than " + MAX_LENGTH + " characters" + REMEDY);
        }
        return of(Files.readString(file).strip(), file.toString());
    }

    /** @param source for the message */
    static MeshToken of(String secret, String source) throws IOException {
        if (secret.length() < MIN_LENGTH) {
            throw new IOException("the token in " + source + " is shorter than " + MIN_LENGTH + " characters" + REMEDY);
        }
        return new MeshToken(secret);
    }

    /** What proves to the giver of the nonce that the request is from somebody who knows the secret. */
    String proof(String nonce, String request) {
        try {
            Mac mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            mac.update(nonce.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return Base64.getEncoder().encodeToString(mac.doFinal(request.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has HMAC-SHA-256
        }
    }

    /** In constant time. */
    boolean accepts(String nonce, String request, String proof) {
        return MessageDigest.isEqual(proof(nonce, request).getBytes(StandardCharsets.US_ASCII), proof.getBytes(StandardCharsets.UTF_8));
    }
}
