"""Synthetic exports with the quirks of real ones: name -> (bytes, format, entries found, of them refused)."""

import io
import json
import sqlite3
import zipfile

from openpyxl import Workbook

from tests.studies.formats.more_samples import MORE

EMBASE_RIS = (
    "\ufeffTY  - JOUR\nM3  - Conference Abstract\nY1  - 2014\nVL  - 3\nIS  - 3\nSP  - 152\nEP  - 160\n"
    "SN  - 2226-7190\nSN  - 2226-7190\nJF  - Gastric Letters\nJO  - Gastric Letters\n"
    "UR  - http://www.embase.com/search/results?subaction=viewrecord&from=export&id=L100200300\n"
    "U2  - L100200300\nC5  - 25485260\nDB  - Embase\nDB  - Medline\nL2  - http://dx.doi.org/10.1000/gl.2014.1\n"
    "DO  - 10.1000/gl.2014.1\nA1  - Ruiz P.\nA1  - van der Meer J.A.\nM1  - (Ruiz P., p@example.org) Some institute\n"
    "T1  - Cysts &lt;i&gt;in vivo&lt;/i&gt;: p &lt; 0.05\nN2  - Background of <b>NCT01234567</b>.\nER  -\n\n"
    "TY  - JOUR\nU2  - L100200301\nT1  - Second\nA1  - Ruiz P.\nER  -\n"
)
OVID_RIS = (
    "1.\r\nTY  - JOUR\r\nID  - 2019-65183-001\r\nDO  - http://dx.doi.org/10.1000/ov.1\r\n"
    "DO  - https://dx.doi.org/10.1000/ov.1\r\nT1  - Coping with illness.\r\nA1  - Trinta, Ines A\r\nY1  - 2019//\r\n"
    "SP  - No\r\nEP  - Specified\r\nKW  - *Coping\r\nKW  - Illness\r\nJF  - Clinical Letters\r\nER  - \r\n"
    "NL  - Clin Lett\r\nLink to the Ovid Full Text or citation: http://ovidsp.ovid.com/x\r\n\r\n"
    "2.\r\nTY  - JOUR\r\nID  - 2019-65183-002\r\nT1  - Another.\r\nA1  - Trinta, Ines A\r\nER  - \r\n"
    "C1 - Database: APA PsycInfo Search Strategy: 1 coping 2 illness\r\n"
)
WOS_RIS = (
    "TY  - JOUR\nAU  - Alves, F\nTI  - Holding\nT2  - JOURNAL OF THINGS\nJ9  - J THINGS\nJI  - J. Things\n"
    "SN  - 2211-3681\nSN  - 2211-369X\nAD  - Some College\rAD  - Other College\rC3  - City University\r"
    "DA  - SEP\nPY  - 2018\nVL  - 7\nC7  - 112\nAN  - WOS:000444108200009\nN1  - Times Cited: 9\n"
    "Total Times Cited:  9\nCited Reference Count:  60\nWE  - Index A\nWE  - Index B\rER  -\r\n\n"
    "TY  - JOUR\nTI  - Next\nAN  - WOS:000444108200010\nER  -\n"
)
SCOPUS_RIS = (
    "TY  - JOUR\nTI  - Stress\nT2  - Hypotheses\nJ2  - Hypoth.\nVL  - 111\nC7  - 104501\nPY  - 2020\nDO  - 10.1000/sc.1\n"
    "SN  - 03069877 (ISSN)\nAU  - Labor, A.\nC2  - 31421429\nN1  - Export Date: 18 November 2019\nCited By :4\n"
    "References: One, A., (2001) Things\nTwo, B., (2002) Others\nDB  - Scopus\n"
    "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85074596690&doi=10.1000%2fsc.1\nER  - \n\n"
)
ENDNOTE_RIS = (
    "\ufeffTY  - JOUR\r\nAU  - Abel, M.\r\nAN  - 21553931\r\nDA  - Jun\r\nDB  - Nlm\r\nDP  - NLM\r\nDO  - 10.1000/en.1\r\n"
    "ET  - 2011/05/11\r\nKW  - Animals\r\nHumans\r\nRats\r\nN1  - 1179-1926\r\nAbel, Mona\r\nPY  - 2011\r\nSP  - 349-69\r\n"
    "ST  - Resin\r\nT2  - Clin Lett\r\nTI  - Resin: an assessment\r\nVL  - 50\r\nC2  - PMC3078967\r\nID  - 369\r\nER  - \r\n\r\n"
)
EBSCO_RIS = (
    "TY  - JOUR\r\nTI  - Nursing things\r\nAU  - Doe, Jane\r\nJF  - Nursing Letters\r\nY1  - 2019/06//\r\nDP  - EBSCOhost\r\n"
    "N1  - Accession Number: 136666666. Language: English. Publication Type: Article.\r\nL3  - 10.1000/eb.1\r\n"
    "UR  - https://search.ebscohost.com/login.aspx?direct=true&db=ccm&AN=136666666\r\nER  - \r\n\r\n"
)
PROQUEST_RIS = (
    "TY  - JOUR\r\nT1  - Predictors\nAN  - 2214991469; 51887\r\nAU  - Jonas, Hannah\nSN  - 0894-9867, 0894-9867\r\n"
    "UR  - https://www.proquest.com/docview/2214991469?accountid=1\nL2  - https://example.org/sfx\nDB  - PTSDpubs\r\nER  - \r\n"
)
ZOTERO_RIS = (
    "TY  - JOUR\nTI  - Open source\nAU  - van de Velde, Rens\nT2  - Machine Letters\nDA  - 2021/02/01/\nPY  - 2021\nSP  - 125\n"
    "EP  - 133\nN1  - <p>A remark &amp; more</p>\nKW  - one\nKW  - two\nER  - \n\n"
)
ASREVIEW_RIS = (
    "TY  - GEN\r\nTI  - Kept\r\nN1  - ASReview_relevant\r\nER  -\r\n\r\nTY  - GEN\r\nTI  - Left\r\nN1  - First. ASReview_irrelevant.\r\n"
    "ER  -\r\n\r\nTY  - GEN\r\nTI  - Unseen\r\nN1  - ASReview_not_seen\r\nER  -\r\n"
)
RAYYAN_RIS = (
    'TY  - JOUR\nAN  - rayyan-264552525\nTI  - Two readers\nN1  - pictorial. | RAYYAN-INCLUSION: {"Ana"=>"Included", '
    '"Ben"=>"Excluded"} | RAYYAN-LABELS: adults,RCT | RAYYAN-EXCLUSION-REASONS: wrong outcome | '
    'USER-NOTES: {"Ana"=>["check"]}\nER  -\n'
)
GLUED_RIS = "TY  - JOUR\nTI  - First\nAU  - One, A\nTY  - JOUR\nTI  - Second\nER  - TY  - JOUR\nTI  - Third\nER  - \nTI  - Fourth\nER  - \n"

NBIB = (
    "\r\nPMID- 27169098\r\nOWN - NLM\r\nSTAT- MEDLINE\r\nIS  - 2277-9175 (Electronic)\r\nIS  - 2277-9175 (Linking)\r\nVI  - 5\r\n"
    "DP  - 2019 Winter\r\nTI  - Proteomics: a title that is so long that it is continued\r\n      on a second line.\r\nPG  - 221-8\r\n"
    "LID - 10.1000/nb.1 [doi]\r\nAB  - Words.\r\nFAU - Shru, Basa Sahu\r\nAU  - Shru BS\r\nAD  - Some college\r\n"
    "FAU - van Vin, Palani\r\nAU  - van Vin P\r\nCN  - SEPSIS Study Group\r\nLA  - eng\r\nSI  - ClinicalTrials.gov/NCT02239640\r\n"
    "PT  - Journal Article\r\nPT  - Randomized Controlled Trial\r\nTA  - Adv Lett\r\nJT  - Advanced letters\r\nMH  - Humans\r\n"
    "OT  - electrophoresis\r\nPMC - PMC3333333\r\nAID - ABR-5-67 [pii]\r\nAID - 10.1000/nb.1 [doi]\r\nSO  - Adv Lett. 2019;5:221-8.\r\n\r\n"
    "PMID- 27169099\r\nTI  - Second.\r\nAU  - Gentile P\r\n\r\n"
)
PMC_MEDLINE = "\nPMC - PMC6055010\nPMID- 30042925\nTI  - A method\nAU  - Take Y\n\nPMC - PMC6055011\nPMID- 30042926\nTI  - B\n"
ERIC_NBIB = "\nOWN - ERIC\nTI  - Paper\nAU  - Smith, Tom\nOID - EJ1131633\nLID - http://eric.ed.gov/?id=EJ1131633\nDP  - 2000\n\nOWN - ERIC\nTI  - Two\n"
CIW = (
    "\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Alves, F\n   Luke, TJ\nAF Alves, Fabiana\n   Luke, Timothy J.\n"
    "TI Optical properties of\n   single crystals\nSO OPTICAL LETTERS\nLA English\nDT Article\nDE one; two\nID THREE\nAB Words.\n"
    "C1 [Alves] Some Univ.\nCR BERCHA DM, 1997, FIZ\n   BRAVINA SL, 1997, FERRO\nSN 0925-3467\nEI 1873-1252\nJI Opt. Lett.\n"
    "PY 2006\nVL 28\nIS 5\nBP 467\nEP 472\nDI 10.1000/ci.1\nPM 15170338\nUT WOS:000236333300001\nER\n\n"
    "PT J\nAU Moon, KC\nTI Second\nSO LETTERS\nAR 112\nPY 2007\nUT WOS:000236333300002\nER\n\nEF"
)
ENW = (
    "%0 Journal Article\n%T Trust\n%A Guo, Wenbo\n%A Straub, Detmar W.\n%D 2021\n%8 September 1, 2021\n%V 45\n%N 3\n%P 1309-1348\n"
    "%J Quarterly\n%@ 0276-7783\n%R 10.1000/ew.1\n%K trust\nplatforms\n%X Words.\n%U https://example.org/1\n%W Loc\n\n"
    "%T Title first\n%0 Book\n%A Name, A\n\n\n%T Title alone\n%D 2019\n"
)
OVID_TEXT = (
    "<1>\nScore\n  *****\nAccession Number\n  00006236-201504000-00002.\nAuthor\n  Bunk, Sandra Schmidt PhD 1;  Doe, Jo 2\nTitle\n"
    "  Listening: a part of life.[Miscellaneous]\nSource\n  Nursing Quarterly.   28(2):103-106, April 2015.\nAbstract\n  Words.\n"
    "DOI Number\n  10.1000/ot.1\n\n<2>\nTitle\n  Second\nSource\n  Letters. 3:4-5, 2014.\n"
)
BIBTEX = (
    "% a remark\n@string{ql = {Quarterly Letters}}\n@comment{not an entry}\n"
    "@article{smith2020,\n  Author = {G{\\'o}mez, Ana and {World Health Organization} and de la Cruz, Juan and Tom Cruise},\n"
    '  title = "The {DNA} of \\textit{things}: 50% of $\\alpha$",\n  journal = ql # { II},\n  year = 2020, volume = {4}, number = 1,\n'
    "  pages = {12--19},\n  doi = {https://doi.org/10.1000/bt\\_1},\n  abstract = {Uses <i>P</i> < 0.05 @type:x and 50% more},\n"
    "  keywords = {one, two},\n}\n\n@article{smith2020,\n title={Same key}, note ={PMID: 33355555}}\n@misc{, title = {No key}}\n"
    "@inproceedings{ WOS:000223334444221,\nTitle = {{Double braces}},\nBooktitle = {A BOOK},\nUnique-ID = {WOS:000223334444221},\n}\n"
)
PUBMED_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">\n<PubmedArticleSet>\n<PubmedArticle><MedlineCitation><PMID Version="1">23633646</PMID>'
    '<Article><Journal><ISSN IssnType="Electronic">1720-8386</ISSN><JournalIssue><Volume>36</Volume><Issue>9</Issue><PubDate>'
    "<MedlineDate>2013 Spring</MedlineDate></PubDate></JournalIssue><Title>Journal of letters</Title><ISOAbbreviation>J Lett</ISOAbbreviation></Journal>"
    "<ArticleTitle>Effect of <i>H. pylori</i> on CO<sub>2</sub> &amp; more</ArticleTitle><Pagination><MedlinePgn>764-9</MedlinePgn></Pagination>"
    '<ELocationID EIdType="doi" ValidYN="Y">10.1000/px.1</ELocationID><Abstract><AbstractText Label="AIM">To see.</AbstractText>'
    "<AbstractText>Seen.</AbstractText></Abstract><AuthorList><Author><LastName>Gibb</LastName><ForeName>F W</ForeName><AffiliationInfo>"
    "<Affiliation>Some place</Affiliation></AffiliationInfo></Author><Author><CollectiveName>ADMIRE Group</CollectiveName></Author></AuthorList>"
    "<Language>eng</Language><DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList><AccessionNumber>NCT00000001"
    "</AccessionNumber></AccessionNumberList></DataBank></DataBankList><PublicationTypeList><PublicationType>Retracted Publication</PublicationType>"
    '</PublicationTypeList></Article><CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Lett. 2014</RefSource>'
    "</CommentsCorrections></CommentsCorrectionsList><MeshHeadingList><MeshHeading><DescriptorName>Humans</DescriptorName></MeshHeading></MeshHeadingList>"
    '</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pmc">PMC123456</ArticleId></ArticleIdList><ReferenceList><Reference><ArticleIdList>'
    '<ArticleId IdType="doi">10.9999/other</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>\n'
    "<PubmedBookArticle><BookDocument><PMID>21413195</PMID><Book><BookTitle>Guideline</BookTitle><PubDate><Year>2009</Year></PubDate>"
    '<AuthorList Type="authors"><Author><CollectiveName>National Centre</CollectiveName></Author></AuthorList><Isbn>9781860163593</Isbn></Book></BookDocument>'
    "</PubmedBookArticle>\n<PubmedArticle>\n wrong </b> format\n</PubmedArticle>\n<PubmedArticle></PubmedArticle>\n</PubmedArticleSet>\n"
)
ENDNOTE_XML = (
    '<?xml version="1.0" encoding="UTF-8" ?><xml><records><record><database name="a.enl">a.enl</database><source-app name="EndNote">EndNote</source-app>'
    '<rec-number>1979</rec-number><ref-type name="Journal Article">17</ref-type><contributors><authors><author><style face="normal">Agha, Z.</style></author>'
    '<author><style>Schap</style><style face="italic">ira, R. M.</style></author></authors></contributors><titles><title><style>Patient</style><style> satisfaction</style></title>'
    "<secondary-title><style>Telemed J</style></secondary-title></titles><periodical><full-title><style>Telemedicine journal</style></full-title></periodical>"
    "<pages><style>830-9</style></pages><volume><style>15</style></volume><number><style>9</style></number><keywords><keyword><style>Female&#xD;Humans</style></keyword></keywords>"
    "<dates><year><style>2009</style></year></dates><isbn><style>1530-5627</style></isbn><accession-num><style>19919189</style></accession-num>"
    "<abstract><style>Words.</style></abstract><electronic-resource-num><style>10.1000/ex.1</style></electronic-resource-num>"
    "<remote-database-name><style>Nlm</style></remote-database-name><custom2><style>PMC2814065</style></custom2><caption><style>Duplicate</style></caption></record>"
    "<record><titles><title>Plain &nbsp;&amp; R&D</title></titles></record></records></xml>"
)
SCOPUS_CSV = (
    "\ufeffAuthors,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,Page start,Page end,Cited by,DOI,Link,Abstract,Author Keywords,ISSN,PubMed ID,"
    "Document Type,Source,EID\r\n"
    '"Phil J.C., Braun R.","1;2","Scalable ""dynamics"" with\r\nNAMD",2005,"J Letters","26","16",,"1781","1802","13",10.1000/cs.1,'
    '"https://www.scopus.com/x","Two\nlines, quoted","a; b","01928651",16222654,Review,Scopus,2-s2.0-27344436659\r\n'
    '"Murata, Tadao;","3;","Petri",1989,"Proc","77",,"112",,,"8",,,,,,,Article,Scopus,2-s2.0-0024645936\r\n'
)
COVIDENCE_CSV = (
    "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags\n"
    '"A trial","Smith, J.; Doe, A.","Words",2019,5,"J Lett",1,2,3-9,,10.1000/cv.1,12,#123,"Smith 2019","Exclusion reason: Wrong outcomes; ","adults; RCT"\n'
    '"B trial","Jones, K.","",2020,,"J Lett",,,,,,13,#124,"Jones 2020","",""\n'
)
RAYYAN_CSV = (
    "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes\n"
    'rayyan-1,"A trial",2019,1,1,"J Lett","1234-5678",1,2,"3-9","Smith, John and Doe, Ann","https://example.org",eng,,,"Words",'
    '"RAYYAN-INCLUSION: {""Ana""=>""Excluded"", ""Ben""=>""Maybe""} | RAYYAN-LABELS: x,y | RAYYAN-EXCLUSION-REASONS: wrong population"\n'
    'rayyan-2,"B trial",2020,,,"J Lett",,,,,"Jones, K",,,,,"",""\n'
)
ASREVIEW_CSV = (
    "record_id,title,abstract,authors,year,doi,asreview_label,asreview_time,asreview_note,asreview_user_name,asreview_user_email\n"
    '1,A trial,Words,"Smith, J.; Doe, A.",2019,10.1000/as.1,1,2024-01-01,good,Ana,ana@example.org\n2,B trial,,,2020,,0,,,Ana,\n3,C trial,,,2020,,,,,,\n'
)
TRIALS_CSV = (
    "NCT Number,Study Title,Study URL,Acronym,Study Status,Brief Summary,Study Results,Conditions,Interventions,Sponsor,Study Type,Start Date\n"
    'NCT01234567,A trial of things,https://clinicaltrials.gov/study/NCT01234567,TOT,COMPLETED,"Words",NO,Asthma|Cough,DRUG: x,Some Hospital,INTERVENTIONAL,2012-05\n'
)
PUBMED_CSV = (
    "\ufeffPMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\r\n"
    '"11223344","Paper","Smith A, van Walter B.","Nature. 2021.","Smith A","Nature","2021","2021/12/21","PMC1122334","","10.1000/pc.1"\r\n'
)
WOS_TAB = "PT\tAU\tAF\tTI\tSO\tPY\tVL\tBP\tEP\tDI\tUT\tPM\tDE\r\nJ\tAlves, F; Luke, TJ\tAlves, Fabiana; Luke, Tim\tHolding\tLETTERS\t2018\t7\t1\t9\t10.1000/wt.1\tWOS:000444108200009\t111\ta; b\r\n"
SEMICOLON_CSV = (
    "Titel;Autoren;Jahr;Zeitschrift;DOI\nEine Studie;Müller, A.;2020;Zeitschrift für Dinge;10.1000/se.1\n"
)
TRIALS_JSON = (
    '{"studies": [{"protocolSection": {"identificationModule": {"nctId": "NCT01234567", "briefTitle": "Brief", "officialTitle": "Official title",'
    ' "secondaryIdInfos": [{"id": "2019-001234-11", "type": "EUDRACT_NUMBER"}]}, "statusModule": {"startDateStruct": {"date": "2012-05"}},'
    ' "descriptionModule": {"briefSummary": "Words."}, "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Some Hospital"}},'
    ' "conditionsModule": {"conditions": ["Asthma"]}, "designModule": {"studyType": "INTERVENTIONAL"}}, "hasResults": false},'
    ' {"protocolSection": {"identificationModule": {"nctId": "NCT01234568", "briefTitle": "Zweite Stüdie"}}}], "nextPageToken": "abc"}'
)
CSL_JSON = (
    '[{"id": "a/1", "type": "article-journal", "title": "A <i>title</i>", "DOI": "10.1000/cj.1", "author": [{"family": "Velde", "given": "Rens",'
    ' "non-dropping-particle": "van de"}, {"literal": "WHO"}], "issued": {"date-parts": [[2020, 5, 1]]}, "container-title": "Letters", "page": "1-9"},'
    ' {"id": "b", "title": "Second"}]'
)
REFERENCES = (
    "References\n1. Smith AB, van der Berg J. A trial of things in adults. J Lett. 2019;12(3):221-8. doi:10.1000/rf.1\n"
    "2. Jones, K. L., & Doe, A. (2020). Another trial of things. Journal of Letters, 4(2), 1-9. https://doi.org/10.1000/rf.2\n"
    "3. 10.1000/rf.3\n4. PMID: 12345678\n"
)


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def database(statements: list[tuple[str, list[tuple[object, ...]]]]) -> bytes:
    connection = sqlite3.connect(":memory:")
    for statement, rows in statements:
        connection.executemany(statement, rows) if rows else connection.execute(statement)
    connection.commit()
    return bytes(connection.serialize())


def asreview_project() -> bytes:
    store = database(
        [
            (
                "CREATE TABLE record (record_id INTEGER PRIMARY KEY, title TEXT, abstract TEXT, authors JSON)",
                [],
            ),
            (
                "INSERT INTO record VALUES (?, ?, ?, ?)",
                [(0, "Naps", "Words.", '["Okoye, A."]'), (1, "Shifts", None, "[]"), (2, None, None, "[]")],
            ),
        ]
    )
    labels = database(
        [
            (
                "CREATE TABLE results (record_id INTEGER UNIQUE, label INTEGER, note TEXT, user_id INTEGER)",
                [],
            ),
            ("INSERT INTO results VALUES (?, ?, ?, ?)", [(0, 1, "good", 7), (1, 0, None, None)]),
        ]
    )
    about = json.dumps({"version": "2.0"}).encode()
    return zipped({"project.json": about, "data_store.db": store, "reviews/abc/results.db": labels})


def first_asreview_project() -> bytes:
    labels = database(
        [
            ("CREATE TABLE record_table (record_id INT)", []),
            ("INSERT INTO record_table VALUES (?)", [(0,), (1,), (2,)]),
            ("CREATE TABLE results (record_id INTEGER, label INTEGER, notes TEXT)", []),
            ("INSERT INTO results VALUES (?, ?, ?)", [(0, 1, "good"), (1, 0, None)]),
        ]
    )
    about = json.dumps({"version": "1.2", "dataset_path": "a.ris"}).encode()
    return zipped(
        {"project.json": about, "data/a.ris": ASREVIEW_RIS.encode(), "reviews/abc/results.sql": labels}
    )


XLSX = workbook(
    [
        ["Some report of 2024"],
        ["Title", "Authors", "Year", "DOI", "My own column"],
        ["A trial", "Smith, J.; Doe, A.", 2019.0, "10.1000/xl.1", "kept"],
        [None, None, None, None, None],
        ["B trial", None, None, None, None],
    ]
)

SAMPLES: dict[str, tuple[bytes, str, int, int]] = {
    "embase.ris": (EMBASE_RIS.encode(), "ris", 2, 0),
    "ovid.ris": (OVID_RIS.encode(), "ris", 2, 0),
    "wos.ris": (WOS_RIS.encode(), "ris", 2, 0),
    "scopus.ris": (SCOPUS_RIS.encode(), "ris", 1, 0),
    "endnote.ris": (ENDNOTE_RIS.encode(), "ris", 1, 0),
    "ebsco.ris": (EBSCO_RIS.encode(), "ris", 1, 0),
    "proquest.ris": (PROQUEST_RIS.encode(), "ris", 1, 0),
    "zotero.ris": (ZOTERO_RIS.encode(), "ris", 1, 0),
    "asreview.ris": (ASREVIEW_RIS.encode(), "ris", 3, 0),
    "rayyan.ris": (RAYYAN_RIS.encode(), "ris", 1, 0),
    "glued.ris": (GLUED_RIS.encode(), "ris", 4, 0),
    "pubmed.nbib": (NBIB.encode(), "medline", 2, 0),
    "pmc.txt": (PMC_MEDLINE.encode(), "medline", 2, 0),
    "eric.nbib": (ERIC_NBIB.encode(), "medline", 2, 0),
    "savedrecs.ciw": (CIW.encode(), "wos", 2, 0),
    "export.enw": (ENW.encode(), "enw", 3, 0),
    "ovid.txt": (OVID_TEXT.encode(), "ovid", 2, 0),
    "export.bib": (BIBTEX.encode(), "bibtex", 4, 0),
    "pubmed.xml": (PUBMED_XML.encode(), "pubmed_xml", 4, 2),
    "endnote.xml": (ENDNOTE_XML.encode(), "endnote_xml", 2, 0),
    "scopus.csv": (SCOPUS_CSV.encode(), "csv", 2, 0),
    "review_1_excluded_csv_2024.csv": (COVIDENCE_CSV.encode(), "csv", 2, 0),
    "rayyan.csv": (RAYYAN_CSV.encode(), "csv", 2, 0),
    "asreview.csv": (ASREVIEW_CSV.encode(), "csv", 3, 0),
    "ctg-studies.csv": (TRIALS_CSV.encode(), "csv", 1, 0),
    "pubmed.csv": (PUBMED_CSV.encode(), "csv", 1, 0),
    "savedrecs.txt": (WOS_TAB.encode(), "csv", 1, 0),
    "deutsch.csv": (SEMICOLON_CSV.encode("cp1252"), "csv", 1, 0),
    "ctg-studies.json": (TRIALS_JSON.encode(), "json", 2, 0),
    "zotero.json": (CSL_JSON.encode(), "json", 2, 0),
    "pasted.txt": (REFERENCES.encode(), "references", 4, 0),
    "rayyan.zip": (
        zipped({"articles.csv": RAYYAN_CSV.encode(), "customizations_log.csv": b"a,b\n"}),
        "zip",
        2,
        0,
    ),
    "table.xlsx": (XLSX, "xlsx", 2, 0),
    **MORE,
}
"""A file of each kind. Counts include the refused entries."""
