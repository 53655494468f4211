package berth.agent.container.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import berth.protocol.Bytes;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * A key as OpenSSH keeps it (its PROTOCOL.key; RFC 4251, section 5, has the types): all of it
 * without a passphrase, and the line that tells the public part.
 *
 * @param secret what stands between the marks of a key file, before base64
 * @param line what stands in the {@code .pub} file
 */
record SshKey(Bytes secret, String line) {
  private static final int BLOCK = 8;
  private static final int ED25519 = 32;
  private static final int P256 = 32;

  /** Makes one of a kind: {@code ed25519}, {@code ecdsa} on P-256 or {@code rsa} of 3072 bits. */
  static SshKey make(String kind, String comment) {
    try {
      return switch (kind) {
        case "ed25519" -> ed25519(pair("Ed25519", 0), comment);
        case "ecdsa" -> ecdsa(pair("EC", 256), comment);
        case "rsa" -> rsa(pair("RSA", 3072), comment);
        default -> throw new IllegalArgumentException("no ssh key is of the kind " + kind);
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java makes " + kind + " keys", e);
    }
  }

  private static SshKey ed25519(KeyPair pair, String comment) {
    var encoded = pair.getPublic().getEncoded(); // RFC 8410: the key itself comes last
    var open = Arrays.copyOfRange(encoded, encoded.length - ED25519, encoded.length);
    var seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
    var both = ByteBuffer.allocate(2 * ED25519).put(seed).put(open).array();
    return of(
        "ssh-ed25519", new Blob().string(open), new Blob().string(open).string(both), comment);
  }

  private static SshKey ecdsa(KeyPair pair, String comment) {
    var point = ((ECPublicKey) pair.getPublic()).getW();
    var plain =
        ByteBuffer.allocate(1 + 2 * P256)
            .put((byte) 4)
            .put(fixed(point.getAffineX()))
            .put(fixed(point.getAffineY()))
            .array();
    var secret = ((ECPrivateKey) pair.getPrivate()).getS();
    return of(
        "ecdsa-sha2-nistp256",
        new Blob().string("nistp256").string(plain),
        new Blob().string("nistp256").string(plain).number(secret),
        comment);
  }

  private static SshKey rsa(KeyPair pair, String comment) {
    var key = (RSAPrivateCrtKey) pair.getPrivate();
    return of(
        "ssh-rsa",
        new Blob().number(key.getPublicExponent()).number(key.getModulus()),
        new Blob()
            .number(key.getModulus())
            .number(key.getPublicExponent())
            .number(key.getPrivateExponent())
            .number(key.getCrtCoefficient())
            .number(key.getPrimeP())
            .number(key.getPrimeQ()),
        comment);
  }

  private static SshKey of(String type, Blob open, Blob all, String comment) {
    var told = new Blob().string(type).raw(open.bytes());
    var check = new SecureRandom().nextInt();
    var inner =
        new Blob()
            .number(check)
            .number(check)
            .string(type)
            .raw(all.bytes())
            .string(comment)
            .padded();
    var outer =
        new Blob()
            .raw("openssh-key-v1\0".getBytes(US_ASCII))
            .string("none")
            .string("none")
            .string("")
            .number(1)
            .string(told.bytes())
            .string(inner.bytes());
    var line = type + " " + Base64.getEncoder().encodeToString(told.bytes()) + " " + comment;
    return new SshKey(Bytes.of(outer.bytes()), line);
  }

  private static KeyPair pair(String algorithm, int bits) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance(algorithm);
    if (bits > 0) {
      generator.initialize(bits);
    }
    return generator.generateKeyPair();
  }

  private static byte[] fixed(BigInteger coordinate) {
    var bytes = coordinate.toByteArray();
    var fixed = new byte[P256];
    var length = Math.min(bytes.length, P256);
    System.arraycopy(bytes, bytes.length - length, fixed, P256 - length, length);
    return fixed;
  }

  /** Grows piece by piece. */
  private static final class Blob {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Blob raw(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    Blob number(int value) {
      return raw(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    Blob number(BigInteger value) {
      return string(value.toByteArray());
    }

    Blob string(byte[] bytes) {
      return number(bytes.length).raw(bytes);
    }

    Blob string(String text) {
      return string(text.getBytes(US_ASCII));
    }

    Blob padded() {
      for (byte next = 1; out.size() % BLOCK != 0; next++) {
        out.write(next);
      }
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
