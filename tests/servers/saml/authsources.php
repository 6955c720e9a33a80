<?php
$given = json_decode(file_get_contents(getenv('SAML_FOLDER') . '/given.json'), true);
$people = ['exampleauth:UserPass'];
foreach ($given['people'] as $name => $person) {
    $people["$name:" . $person['password']] = array_map(fn($value) => (array) $value, $person['attributes']);
}
$config = ['people' => $people];
