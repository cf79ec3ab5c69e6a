// SPDX-License-Identifier: Apache-2.0
/* Codes of what is wrong with files as such: reading them, their syntax, their keys, and what sedge makes of them. */
#include "tosca/diag_codes.h"

const struct diag_code diag_codes_read[] = {
    {"ARTIFACT_MISSING", "error or warning", "A file that the template names is not there",
     "An artifact, an implementation of an operation or one of its dependencies names a file that is neither beside "
     "the file "
     "that says so nor at the root of the application's folder. Where sedge would not run it, it is a warning; in an "
     "archive "
     "it is always an error.",
     "Correct the path (large and small letters count). It is relative to the file that names it, then to the folder "
     "or archive that holds the whole application. What stands in `implementation` may also be the name of an artifact "
     "of the node. In an archive, pack the file too: `sedge tosca package` takes along all that the template names, "
     "and refuses one that is not whole.",
     NULL, "ARTIFACT_MISSING"},
    {"CSAR", "error or warning", "The archive's layout or its TOSCA.meta is not right",
     "An archive (CSAR) is a zip, or a tar (plain or packed by gzip), that either has TOSCA-Metadata/TOSCA.meta with "
     "an Entry-Definitions line, or "
     "exactly one "
     "YAML file at its root whose metadata gives template_name and template_version. No member may leave the archive's "
     "root, "
     "stand there twice, or unpack to more than the limits allow.",
     "Make the archive with `sedge tosca package`, or correct the line that the message names. Entry-Definitions is a "
     "path in "
     "the archive, written without a leading slash.",
     NULL, "CSAR"},
    {"DEPLOY", "error", "The template is right, but cannot be deployed as it is",
     "Told by `sedge plan`, `sedge deploy` and `sedge validate --deploy` only: sedge has no way to run what the "
     "template asks for. Mostly it is a node template of a type that is no container, software or volume (such as "
     "tosca.nodes.Compute); software whose `host` requirements lead to no container; a container without an image, or "
     "with a Dockerfile in its place; a host port that two containers want, or one with several replicas; a volume "
     "without `location`; a protocol that has no way to the wanted state.",
     "Use types that derive from sedge.nodes.Container, sedge.nodes.Software and sedge.nodes.Volume (import "
     "sedge.yaml), or import a template that substitutes the other type. Give containers an image as an artifact of "
     "type sedge.artifacts.Image, and each host port to one of them. docs/tosca-support.md lists what sedge runs, "
     "examples/ has templates to begin from.",
     NULL, "OTHER"},
    {"EMPTY_SECTION", "error or warning", "A section has a name and nothing in it",
     "A keyname stands there with nothing after the colon. TOSCA 2.0 wants sections to have content; in 1.x it is "
     "taken as if "
     "the key were not there.",
     "Leave the key out, or write an empty map as {} or an empty list as [].",
     " topology_template:\n"
     "-  inputs:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n",
     "EMPTY_SECTION"},
    {"IMPORT", "error or warning", "A file that is imported cannot be read",
     "The path of an import names no file, or leads out of the application's folder; its URL cannot be fetched, or "
     "may not be (--offline); or the import names a repository that the file does not declare, or one whose "
     "credential cannot be sent. As a warning: an old copy was taken, as the server does not answer.",
     "Correct the path: it is relative to the file that imports, and a leading slash means the application's folder. "
     "docs/imports.md says how URLs are fetched, what is kept of them, and how a credential is given.",
     "-imports: [types/shop.yaml]\n"
     "+imports: [tosker.yaml]\n"
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n",
     "IMPORT"},
    {"INPUT", "error", "The inputs given on the command line or in a file are not right",
     "An input is given that the template does not declare, one without default is not given, or the file of inputs "
     "cannot be "
     "read.",
     "The section `inputs` of the template lists them, with their types. Give each as -i NAME=VALUE, or all in a YAML "
     "map by --inputs FILE; a list or a map is written as in YAML: -i 'hosts=[a, b]'. An input with `default` need not "
     "be given.",
     NULL, "OTHER"},
    {"IO", "error", "A file or folder cannot be opened",
     "The operating system refuses to open, read or write the file that the message names: it is not there, it may not "
     "be read by who runs sedge, or it is no plain file.",
     "The message carries the system's reason: correct the path or the permissions.", NULL, "IMPORT"},
    {"LIMIT", "error", "The template is larger than the limits allow",
     "sedge reads templates of strangers, so all that can grow is bounded: a file to 8 MiB and 64 levels, with its "
     "aliases unfolded to a million parts; a template to 256 files of 16 MiB in all, types and values to 64 levels, a "
     "work flow to 2000 steps, all checks together to four million steps. An honest template stays far below.",
     "Where it is a circle in disguise (aliases in aliases, functions that multiply each other, work flows that inline "
     "each other), take it out. Else split the template: one that imports what it does not use is made smaller by "
     "importing less.",
     NULL, "OTHER"},
    {"MISSING_KEY", "error or warning", "Something that must be given is absent",
     "A mandatory keyname of a definition, or the value of a required property, is not there. Properties are required "
     "unless "
     "their definition says `required: false` or has a default.",
     "Add what the message names. For a property, `sedge tosca show` or the related place shows its definition.",
     " topology_template:\n"
     "   node_templates:\n"
     "     disk:\n"
     "       type: tosca.nodes.Storage.BlockStorage\n"
     "+      properties: {size: 1 GB}\n"
     "     board:\n"
     "       type: tosca.nodes.Compute\n"
     "       requirements:\n"
     "-        - local_storage: {node: disk}\n"
     "+        - local_storage: {node: disk, relationship: {type: AttachesTo, properties: {location: /data}}}\n",
     "MISSING_KEY"},
    {"NOT_RUN", "warning", "This is checked, but sedge does not act on it",
     "The template asks for something that TOSCA knows and sedge does not carry out. It is checked like the rest, "
     "kept, and "
     "shown, but nothing happens by it.",
     "Nothing has to be done: the rest is carried out. If the application needs it, do it in another way: scripts go "
     "to software that is hosted on the container, values that only run time knows to outputs of operations. "
     "docs/tosca-support.md lists all that is accepted and not carried out. With --strict the warning is an error.",
     " policy_types:\n"
     "   Nightly: {derived_from: tosca.policies.Root}\n"
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n"
     "   policies:\n"
     "-    - save: {type: Nightly, targets: [board]}\n"
     "+    - one: {type: tosca.policies.Placement, targets: [board]}\n",
     "OTHER"},
    {"OTHER", "error or warning", "Something is not right that has no code of its own",
     "Rare things that the message says in full: two policies that both give a component its protocol, a work flow "
     "that has steps and an implementation, a list of types with something else in it, the topology of an imported "
     "file that is left aside.",
     "Follow the message. Where it tells nothing to go by, it is a fault of sedge that should be reported.", NULL,
     "OTHER"},
    {"SHAPE", "error or warning", "The YAML under a key is of the wrong kind",
     "A list stands where a map belongs, a map where a text belongs, or a text where a number belongs. Most often it "
     "is a dash "
     "too many or an indentation too few.",
     "Write what the message asks for: 'key: value' lines make a map, '- item' lines a list.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board:\n"
     "       type: tosca.nodes.Compute\n"
     "-      attributes: [private_address]\n"
     "+      attributes: {private_address: 10.0.0.1}\n",
     "SHAPE"},
    {"TOO_MANY", "error", "More errors than are listed", "After 200 errors sedge lists no more.",
     "Mend the first ones: many others often go with them.", NULL, "OTHER"},
    {"UNKNOWN_KEY", "error", "A key that the definition does not have",
     "TOSCA names the keys of each definition, and this one is not among them: it is misspelt, stands one level too "
     "high or too "
     "low, or belongs to another version of TOSCA.",
     "Take the suggestion, or one of the keys that the message lists. Notes of your own go under `metadata` or into "
     "comments.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board:\n"
     "       type: tosca.nodes.Compute\n"
     "-      capabilites: {scalable: {properties: {max_instances: 2}}}\n"
     "+      capabilities: {scalable: {properties: {max_instances: 2}}}\n",
     "UNKNOWN_KEY"},
    {"VERSION_MISSING", "error or warning", "The file does not say which TOSCA it is written in",
     "Every TOSCA file, imported ones too, begins with tosca_definitions_version: it tells which rules hold for it. Of "
     "an imported file "
     "of 1.x it is a warning: the file is read in the version of the template.",
     "Begin the file with `tosca_definitions_version: tosca_simple_yaml_1_3`, or another version that sedge reads.",
     "-description: a board\n"
     "+tosca_definitions_version: tosca_simple_yaml_1_3\n"
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n",
     "VERSION_MISSING"},
    {"VERSION_POSITION", "error or warning", "tosca_definitions_version is not the first key",
     "The standard wants it as the first line of the file, so that readers know the rules before they need them. In "
     "TOSCA 2.0 it is an error, in 1.x a warning (with --strict an error, too).",
     "Move the line to the top of the file.",
     "-description: a board\n"
     " tosca_definitions_version: tosca_2_0\n"
     "+description: a board\n"
     " node_types:\n"
     "   Board: {description: a board}\n"
     " service_template:\n"
     "   node_templates:\n"
     "     board: {type: Board}\n",
     "VERSION_POSITION"},
    {"VERSION_UNKNOWN", "error", "A version of TOSCA that sedge does not read",
     "tosca_definitions_version names a version that does not exist, or the dialect of another product.",
     "Write one of the versions that the message lists, such as tosca_simple_yaml_1_3 or tosca_2_0. Templates in a "
     "product's dialect (alien, yorc, cloudify, NFV) have to be rewritten in the standard's terms: the version alone "
     "does not make them so.",
     "-tosca_definitions_version: tosca_simple_yaml_9_9\n"
     "+tosca_definitions_version: tosca_simple_yaml_1_3\n"
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n",
     "VERSION_UNKNOWN"},
    {"YAML_SYNTAX", "error", "The file is not well-formed YAML",
     "The YAML reader stopped at the place given: an open quote or bracket, a tab in the indentation, a key that "
     "stands twice, "
     "an alias without its anchor, a colon followed by a space inside of unquoted text.",
     "Mend the line or the one before it. Text with ': ' or ' #' in it, or that begins with one of {[*&!|>%@`, is put "
     "in quotes.",
     " topology_template:\n"
     "   node_templates:\n"
     "-    board: {type: tosca.nodes.Compute\n"
     "+    board: {type: tosca.nodes.Compute}\n",
     "YAML_SYNTAX"},
    {0},
};
