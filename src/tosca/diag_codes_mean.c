// SPDX-License-Identifier: Apache-2.0
/* Codes of what is wrong with what a template says: names, types, values, requirements. */
#include "tosca/diag_codes.h"

const struct diag_code diag_codes_mean[] = {
    {"CONSTRAINT", "error", "A value breaks a constraint, or the constraint itself is not right",
     "The definition of the property, of its data type or of its entries has constraint clauses (in TOSCA 2.0 a "
     "validation clause), and the value does not hold one of them; or a clause cannot be applied to values of that "
     "type, or its own operand is no such value.",
     "Give a value that the clause allows: the message says which ones, the note shows the clause. A value that came "
     "by -i or --inputs is corrected there. Where the clause itself is faulty, give it an operand of the property's "
     "type, or take a clause that goes with it: lengths are of texts, lists and maps, `pattern` is of texts, the "
     "others are of what has an order.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board:\n"
     "       type: tosca.nodes.Compute\n"
     "       capabilities:\n"
     "-        host: {properties: {num_cpus: 0}}\n"
     "+        host: {properties: {num_cpus: 1}}\n",
     "CONSTRAINT"},
    {"CYCLE", "error or warning", "Things need each other in a circle",
     "Types derive from each other, components stand on each other, values are made of each other, steps of a work "
     "flow follow each other, work flows inline each other, or files import each other. "
     "Files that import each other are read once, with a warning.",
     "Take one of the links out; the message names the members of the circle. Two components that call each other need "
     "only one `connection`: the other one learns the address by an input of an operation that runs later. A value "
     "that two properties take from each other is given once, as an input. Of two types, one has to be the parent.",
     " topology_template:\n"
     "   inputs:\n"
     "     size: {type: integer, default: 1}\n"
     "   node_templates:\n"
     "     board:\n"
     "       type: tosca.nodes.Compute\n"
     "       capabilities:\n"
     "         scalable:\n"
     "           properties:\n"
     "-            min_instances: {get_property: [SELF, scalable, max_instances]}\n"
     "+            min_instances: {get_input: size}\n"
     "             max_instances: {get_property: [SELF, scalable, min_instances]}\n",
     "CYCLE"},
    {"FUNCTION_ARGS", "error", "A function is called with arguments that it does not take",
     "The number or the kind of a function's arguments is wrong, or a keyword such as SOURCE, TARGET or HOST is used "
     "where it "
     "means nothing.",
     "The message says what the function takes. SOURCE and TARGET exist in relationships only, HOST where something is "
     "hosted.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n"
     "   outputs:\n"
     "-    address: {value: {get_attribute: [board]}}\n"
     "+    address: {value: {get_attribute: [board, private_address]}}\n",
     "FUNCTION_ARGS"},
    {"INHERITANCE", "error or warning", "A type does not fit the type that it derives from",
     "A derived type may narrow what it inherits: a derived type for a property or capability, further constraints, "
     "another "
     "default, narrower occurrences. It may not widen it or turn it into something else.",
     "Let the refined definition keep to the one shown as the related place, or give it another name.",
     " node_types:\n"
     "   Shop:\n"
     "     derived_from: tosca.nodes.Root\n"
     "     properties: {size: {type: integer}}\n"
     "   BigShop:\n"
     "     derived_from: Shop\n"
     "-    properties: {size: {type: string}}\n"
     "+    properties: {size: {type: integer, default: 9}}\n",
     "INHERITANCE"},
    {"MEMBER_TYPE", "error", "A member of a group or a target of a policy is of a type that it does not take",
     "A group type lists in `members` the node types, a policy type in `targets` the node and group types that it is "
     "made for, "
     "and this one derives from none of them.",
     "Take it out of the list, or use a group or policy whose type takes it.",
     " group_types:\n"
     "   Boards: {derived_from: tosca.groups.Root, members: [tosca.nodes.Compute]}\n"
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n"
     "     disk: {type: tosca.nodes.Storage.ObjectStorage, properties: {name: d}}\n"
     "   groups:\n"
     "-    all: {type: Boards, members: [board, disk]}\n"
     "+    all: {type: Boards, members: [board]}\n",
     "OTHER"},
    {"OCCURRENCES", "error or warning", "A requirement is left open, given too often, or its bounds are not right",
     "The type of a node template says how often each requirement has to be given (once, unless `occurrences`, in "
     "TOSCA 2.0 `count_range`, says otherwise), and how many may end at a capability. It is told when a requirement is "
     "not given and no node template, or more than one, fits it by itself; when it is given too often; and when the "
     "bounds are no list of a lower one and an upper one (or UNBOUNDED) that is not below it.",
     "Name the node template that fulfils it: `- host: board`; the message lists those that fit. Take out what is too "
     "many, or let the type allow it: [0, 1] makes a requirement optional, [0, UNBOUNDED] any number.",
     " imports: [sedge.yaml]\n"
     " topology_template:\n"
     "   node_templates:\n"
     "     one: {type: sedge.nodes.Container}\n"
     "     other: {type: sedge.nodes.Container}\n"
     "     shop:\n"
     "       type: sedge.nodes.Software\n"
     "+      requirements:\n"
     "+        - host: one\n",
     "OCCURRENCES"},
    {"SCALAR_UNIT", "error or warning", "A size, time, frequency or bit rate without a number or unit that it needs",
     "A scalar-unit value is a number and a unit of its kind: B, kB, MiB, GB ... for sizes; d, h, m, s, ms, us, ns for "
     "times; Hz, "
     "kHz, MHz, GHz; bps, Mbps, ... Units in other spelling of large and small letters are taken with a warning. In "
     "TOSCA 2.0 a scalar type declares its units, exactly as they have to be written; the code is also told where such "
     "a type's units, prefixes or canonical unit do not go together.",
     "Write the unit: `mem_size: 512 MB`.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board:\n"
     "       type: tosca.nodes.Compute\n"
     "       capabilities:\n"
     "-        host: {properties: {mem_size: 512}}\n"
     "+        host: {properties: {mem_size: 512 MB}}\n",
     "SCALAR_UNIT"},
    {"SUBSTITUTION", "error or warning", "A template that is to stand in for a node does not fit, or there is none",
     "substitution_mappings makes a topology a stand-in for a node of a type: what that type requires and offers has "
     "to be mapped to node templates that have it, and its required properties to inputs. It is also told, as a "
     "warning, of a node template with the directive `substitute` when no imported template stands in for its type, or "
     "more than one could.",
     "Map each capability and requirement that the message names, to a template whose own one is of the same or a "
     "derived type; give the property that is missing an input of its name, or a mapping. Import the template that "
     "shall stand in; where several could, tell them apart by a substitution_filter.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n"
     "   substitution_mappings:\n"
     "     node_type: tosca.nodes.Compute\n"
     "     capabilities:\n"
     "-      hots: [board, host]\n"
     "+      host: [board, host]\n",
     "SUBSTITUTION"},
    {"TARGET_TYPE", "error or warning", "A requirement ends at something that does not fit it",
     "The node template that a requirement names is of another type than the requirement's definition asks for, has no "
     "capability "
     "of the wanted type, or the relationship cannot end at that capability.",
     "Name a node template of the type that the note asks for, or let the type of the one that is named derive from "
     "it. Where a relationship is named, take one whose valid target types have the capability; without one, the "
     "requirement's definition says which it is.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n"
     "     shop:\n"
     "       type: tosca.nodes.SoftwareComponent\n"
     "       requirements:\n"
     "-        - host: store\n"
     "+        - host: board\n"
     "     store: {type: tosca.nodes.Storage.ObjectStorage, properties: {name: store}}\n",
     "OTHER"},
    {"UNDECLARED_NAME", "error or warning", "Something is assigned that the type does not declare",
     "A template gives a property, attribute, capability, requirement, interface or operation that its type (with its "
     "ancestors) "
     "does not have.",
     "Take the suggestion, or declare the name in the type.",
     " topology_template:\n"
     "   node_templates:\n"
     "     disk:\n"
     "       type: tosca.nodes.Storage.ObjectStorage\n"
     "       properties:\n"
     "         name: pictures\n"
     "-        max_size: 1 GB\n"
     "+        maxsize: 1 GB\n",
     "UNDECLARED_NAME"},
    {"UNKNOWN_FUNCTION", "error", "There is no function of that name",
     "A value is written as a call, and neither has TOSCA such a function nor does a `functions` section that the file "
     "sees declare one.",
     "Take the suggestion, or declare the function. docs/tosca-functions.md lists them. A text that begins with a "
     "dollar sign and is meant as it stands is written with two.",

     " tosca_definitions_version: tosca_2_0\n"
     " node_types:\n"
     "   Shop: {properties: {url: {type: string}}}\n"
     " service_template:\n"
     "   node_templates:\n"
     "     shop:\n"
     "       type: Shop\n"
     "-      properties: {url: {$conact: ['http://', shop]}}\n"
     "+      properties: {url: {$concat: ['http://', shop]}}\n",
     "UNKNOWN_FUNCTION"},
    {"UNKNOWN_REF", "error or warning", "A name that nothing in the template has",
     "A node template, input, property, attribute, group, repository, relationship template, operation, work flow, "
     "step "
     "or node state is named that does not exist.",
     "Take the suggestion, or add what is named. Large and small letters count. Names are looked for in the same "
     "template: node templates and inputs of an imported file are not part of it, only its types are.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board: {type: tosca.nodes.Compute}\n"
     "   outputs:\n"
     "-    address: {value: {get_attribute: [bord, private_address]}}\n"
     "+    address: {value: {get_attribute: [board, private_address]}}\n",
     "UNKNOWN_REF"},
    {"UNKNOWN_TYPE", "error or warning", "A type that nothing defines",
     "The name is no type of that kind in this file, in a file that it imports, or among the normative types. Types of "
     "an import "
     "with a namespace prefix are written prefix:Name.",
     "Take the suggestion, or import the file that defines it: sedge's own types come with `imports: [sedge.yaml]`, in "
     "TOSCA 2.0 with `- profile: dev.sedge:1.0`; the message says so where it helps. TOSCA 2.0 sees no types but those "
     "that it imports.",
     " topology_template:\n"
     "   node_templates:\n"
     "-    board: {type: tosca.nodes.Computer}\n"
     "+    board: {type: tosca.nodes.Compute}\n",
     "UNKNOWN_TYPE"},
    {"VALUE_TYPE", "error or warning", "A value does not fit its data type",
     "The definition of the property, attribute, input or operation input says what kind of value it is, and this one "
     "is another: "
     "a text for a number, a single value for a list, a float for an integer.",
     "Give a value of the type that the message names; the related place is the definition. Numbers meant as text go "
     "in quotes.",
     " topology_template:\n"
     "   node_templates:\n"
     "     board:\n"
     "       type: tosca.nodes.Compute\n"
     "       capabilities:\n"
     "-        host: {properties: {num_cpus: four}}\n"
     "+        host: {properties: {num_cpus: 4}}\n",
     "VALUE_TYPE"},
    {0},
};
