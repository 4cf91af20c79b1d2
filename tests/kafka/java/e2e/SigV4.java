package e2e;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** AWS Signature Version 4 of a presigned GET with an empty body and "host" as its only signed header. */
final class SigV4 {
    private SigV4() {}

    /** Computes the signature anew and compares it with the one in the URL. */
    static void verify(PresignedUrl url, String secret) throws Refused {
        String given = url.query().get("X-Amz-Signature");
        Refused.unless(given != null, "X-Amz-Signature is missing");
        byte[] want = signature(url, secret).getBytes(StandardCharsets.US_ASCII);
        Refused.unless(MessageDigest.isEqual(want, given.getBytes(StandardCharsets.UTF_8)), "the signature is wrong");
    }

    private static String signature(PresignedUrl url, String secret) {
        String date = url.query().get("X-Amz-Date");
        String day = date.substring(0, 8);
        String scope = String.join("/", day, url.region(), "kafka-cluster", "aws4_request");
        String toSign = String.join("\n", "AWS4-HMAC-SHA256", date, scope, hex(sha256(canonicalRequest(url))));

        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) key = hmac(key, part);
        return hex(hmac(key, toSign));
    }

    private static String canonicalRequest(PresignedUrl url) {
        TreeMap<String, String> signed = new TreeMap<>(url.query());
        signed.remove("X-Amz-Signature");
        // The AWS signers append it after signing.
        signed.remove("User-Agent");
        String query = signed.entrySet().stream()
                .map((Map.Entry<String, String> e) -> PercentEncoding.encode(e.getKey()) + "=" + PercentEncoding.encode(e.getValue()))
                .collect(Collectors.joining("&"));
        return String.join("\n", "GET", url.path(), query, "host:" + url.host(), "", "host", hex(sha256("")));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
