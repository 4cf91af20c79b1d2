package e2e;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** AWS's URI encoding: everything but {@code A-Z a-z 0-9 - . _ ~} becomes %XX, in upper case. */
final class PercentEncoding {
    private PercentEncoding() {}

    static String encode(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            out.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return out.toString();
    }

    static String decode(String text) throws Refused {
        try {
            // A plus sign is itself here, not the space of an HTML form.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Refused("a parameter is not percent-encoded");
        }
    }
}
