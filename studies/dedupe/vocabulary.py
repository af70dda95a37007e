"""Words of titles that mean more, or less, than they say."""

from itertools import permutations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13", "xiv": "14", "xv": "15", "ia": "1a", "ib": "1b", "iia": "2a", "iib": "2b", "iiia": "3a",
    "iiib": "3b",
}  # fmt: skip
# Letters that are numbers only after a word that is counted: `phase i`, but `vitamin i` and `patient x`.
ROMAN_LETTERS = {"i": "1", "v": "5", "x": "10"}

NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "first": "1st", "second": "2nd", "third": "3rd",
    "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th",
    "tenth": "10th",
}  # fmt: skip

COUNTED = _words(
    "part parts pt phase phases type types class classes grade grades stage stages study trial experiment volume vol"
    " chapter section series version group report paper lecture module level category schedule cohort arm case and to"
)

# What a single letter names: `hepatitis a` is not `hepatitis`, while `a trial` is `trial`.
LETTERED = COUNTED - {"and", "to"} | _words(
    "hepatitis vitamin influenza factor protein immunoglobulin haemophilia hemophilia hemofilia toxin botulinum apo"
    " apolipoprotein interleukin interferon subtype serotype genotype variant strain clade coenzyme cyclosporin"
    " ciclosporin amphotericin streptococcus bisphenol receptor domain complex model method cluster item box group"
)

# What may follow an `a` that names something; elsewhere it is an article.
AFTER_LETTER = _words(
    "and or in with for of on by to from b c versus vs virus viruses infection infections vaccine vaccination vaccines"
    " deficiency toxin subunit subunits receptor receptors status levels level supplementation carriers patients h1n1"
    " h3n2 streptococcal streptococcus is was during after among against as at outbreak"
)

# Words that make another document of the same title.
MARKERS = _words(
    "erratum errata corrigendum corrigenda correction corrections corrected retraction retracted withdrawn withdrawal"
    " withdraw concern addendum comment comments commentary reply replies response responses respond respons rebuttal"
    " letter letters editorial editorials discussion discussions re part parts update updated updates updating protocol"
    " abstract abstracts abridged summary supplement supplementary supplemental republished reprint reprinted"
    " translation translated followup follow preliminary interim final revisited revised revision edition"
    " author authors invited article extended overview introduction continued conclusion"
    " with without not no non nor neither never versus vs only except excluding including"
    " pooled secondary subgroup subanalysis substudy post hoc extension open label design rationale baseline results"
    " version appendix annex poster presentation meeting congress conference proceedings"
    " before after during above below under over men women male female males females boys girls children adults"
    " pediatric paediatric adult elderly mother father maternal paternal rats mice animal human vitro vivo"
)

# Those of them that answer or mend the document whose title they bear.
ANSWERS = _words(
    "erratum errata corrigendum corrigenda correction corrections corrected retraction retracted withdrawn withdrawal"
    " concern addendum comment comments commentary reply replies response responses respond rebuttal letter letters"
    " editorial editorials discussion discussions re author authors part parts"
)

# Words of titles that come back every year, and those that do so in a short title.
YEARLY = _words("annual yearly biennial reports update updates updated registry surveillance census yearbook")
ANNUAL = YEARLY | _words(
    "register guideline guidelines standards recommendations schedule highlights abstracts proceedings"
)
PERIODIC = ANNUAL | _words(
    "report statistics year survey review editorial news introduction progress status 1st 2nd 3rd"
)


def _groups(text: str) -> frozenset[tuple[str, str]]:
    """All pairs of the alternatives of each group, between strokes, in either order; `-` for none."""
    groups = ([part.strip("-") for part in group.split("/")] for group in text.split())
    return frozenset(pair for group in groups for pair in permutations(group, 2))


# What begins a word and turns its sense, and what ends it, beside the others that it is mistaken for.
PREFIXES = _groups(
    "-/a -/e -/an -/un -/in -/im -/ir -/il -/de -/re -/co -/bi -/di -/ab -/ad -/en -/em -/ex hyper/hypo micro/macro/nano"
    " intra/inter/infra/intro pre/pro/per/peri/para post/pre ab/ad/ob af/ef endo/ecto/exo/ento homo/hemo/homeo uni/bi/di"
    "/tri anti/ante sub/sup/sur super/supra en/em/im/in/un/ex mono/homo dys/dis meta/mega/beta/theta/zeta epi/api"
    " ethyl/methyl neo/geo up/un trans/cis iso/oso"
)
ENDINGS = _groups(
    "ate/ite/ide ase/ose ine/ene/ane/yne/one ole/one one/olone ol/al/yl/il e/ic ic/ous in/an/on/en er/ee ism/ist"
    " ectomy/otomy/ostomy oma/osis itis/osis uria/emia"
)

# Words that join others: a letter lost makes no other word of them.
JOINING = _words(
    "with from into between among during using their that than this these those which when where what through against"
    " about after within over under versus based toward towards across"
)
SMALL = _words("a an the of in on for to and or by at as its s is are from der die das la le les el")

# Columns and remarks: words that do not tell one from the next.
GENERIC = SMALL | _words(
    "reply replies response responses respond letter letters editor editors editorial author authors comment comments"
    " commentary correspondence discussion introduction preface foreword abstract abstracts book books review reviews"
    " news note notes erratum corrigendum correction issue invited this re with regard regarding concerning answer"
    " answers question questions image images picture clinical case report reports week month year quiz obituary"
    " memoriam our your we you it about more on message president presidential address perspective viewpoint opinion"
    " highlights summary proceedings conference meeting annual journal"
)
