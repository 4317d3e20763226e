// Asks veraPDF about every PDF named on the command line: one line a file and profile, "PASS 2a name" or "FAIL 2a name rule …".
import java.io.File;
import java.util.List;
import java.util.stream.Collectors;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;

public class VeraPdf {
    public static void main(String[] names) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String name : names) {
            for (PDFAFlavour profile : List.of(PDFAFlavour.PDFA_2_A, PDFAFlavour.PDFUA_1)) {
                try (var parser = Foundries.defaultInstance().createParser(new File(name), profile);
                        var validator = Foundries.defaultInstance().createValidator(profile, false)) {
                    var result = validator.validate(parser);
                    String rules = result.getTestAssertions().stream()
                        .map(failed -> failed.getRuleId().getClause() + "-" + failed.getRuleId().getTestNumber() + " "
                            + failed.getMessage())
                        .distinct().collect(Collectors.joining("; "));
                    System.out.println((result.isCompliant() ? "PASS " : "FAIL ") + profile.getId() + " " + name + " " + rules);
                }
            }
        }
    }
}
