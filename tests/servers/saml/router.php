<?php
// PHP's own server takes /module.php/core/login for a file that is missing: SimpleSAMLphp wants module.php with a rest.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$root = getenv('SAML_FOLDER') . '/www';
if (!preg_match('#^(/simplesaml/.*?\.php)(/.*)?$#', $path, $parts) || !is_file($root . $parts[1])) {
    return false;
}
$_SERVER['SCRIPT_NAME'] = $parts[1];
$_SERVER['PHP_SELF'] = $path;
$_SERVER['SCRIPT_FILENAME'] = $root . $parts[1];
unset($_SERVER['PATH_INFO']);
if (!empty($parts[2])) {
    $_SERVER['PATH_INFO'] = $parts[2];
}
// TLS ends in front of it.
$_SERVER['HTTPS'] = 'on';
$_SERVER['SERVER_PORT'] = getenv('SAML_PORT');
chdir(dirname($_SERVER['SCRIPT_FILENAME']));
require $_SERVER['SCRIPT_FILENAME'];
return true;
