package e2e;

/** Why a token was refused. The text is fixed: it never quotes the token. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
        super(why);
    }

    static void unless(boolean holds, String why) throws Refused {
        if (!holds) throw new Refused(why);
    }
}
