<?php
// "wanted" says how it answers from now on: a story changes it while the server runs.
$folder = getenv('SAML_FOLDER');
$wanted = json_decode(file_get_contents("$folder/wanted.json"), true);
$metadata['__DYNAMIC:1__'] = $wanted + [
    'host' => '__DEFAULT__', 'auth' => 'people', 'privatekey' => 'first.key', 'certificate' => 'first.pem',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'validate.authnrequest' => true, 'sign.logout' => true, 'validate.logout' => true,
    'saml20.sign.response' => true, 'saml20.sign.assertion' => true,
    'NameIDFormat' => [
        'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
        'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
        'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    ],
    'authproc' => [
        1 => ['class' => 'saml:PersistentNameID', 'attribute' => 'number'],
        2 => ['class' => 'saml:TransientNameID'],
        3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'mail',
              'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'],
    ],
];
