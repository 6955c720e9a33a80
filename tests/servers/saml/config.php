<?php
// SimpleSAMLphp as an identity provider for tests. What it is comes as JSON: given.json in the folder of the run.
$folder = getenv('SAML_FOLDER');
$given = json_decode(file_get_contents("$folder/given.json"), true);
$config = [
    'baseurlpath' => $given['url'] . '/simplesaml/',
    'certdir' => "$folder/", 'metadatadir' => "$folder/metadata/", 'datadir' => "$folder/", 'tempdir' => "$folder/tmp/",
    'attributenamemapdir' => '/usr/share/simplesamlphp/config/attributemap/',
    'loggingdir' => "$folder/", 'logging.handler' => 'file', 'logging.logfile' => 'log', 'logging.level' => 6,
    'showerrors' => true, 'errorreporting' => false, 'production' => true,
    'secretsalt' => 'only for tests', 'auth.adminpassword' => bin2hex(random_bytes(16)), 'timezone' => 'UTC',
    'technicalcontact_name' => 'Nobody', 'technicalcontact_email' => 'nobody@northwind.example',
    'admin.checkforupdates' => false, 'trusted.url.domains' => [],
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'session.duration' => 3600, 'session.datastore.timeout' => 3600, 'session.state.timeout' => 3600,
    'session.cookie.name' => 'Northwind', 'session.cookie.path' => '/', 'session.cookie.secure' => true,
    'session.cookie.samesite' => 'None', 'session.phpsession.cookiename' => 'NorthwindPhp',
    'session.authtoken.cookiename' => 'NorthwindToken',
    'language.available' => ['en'], 'language.rtl' => [], 'language.default' => 'en',
    'language.cookie.name' => 'NorthwindLanguage', 'language.cookie.secure' => true, 'language.cookie.samesite' => null,
    'theme.use' => 'default', 'authproc.idp' => [], 'authproc.sp' => [],
    'metadata.sources' => array_merge(
        [['type' => 'flatfile']],
        array_map(fn($file) => ['type' => 'xml', 'file' => $file], glob("$folder/providers/*.xml")),
    ),
    'store.type' => 'sql', 'store.sql.dsn' => "sqlite:$folder/store.sqlite3", 'store.sql.prefix' => 'saml',
];
