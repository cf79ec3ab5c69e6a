// SPDX-License-Identifier: Apache-2.0
/* What head and node say to each other, and the operations that go from a client by the head to a node.
 *
 * The node connects to the API and asks for an upgrade to FRAME_PROTOCOL (http/frame.h):
 *     POST /sedge/v1/nodes/<name>/link        body {"version": "0.1.0"}
 *
 * Stream 0 carries messages, told apart by "type":
 *   node -> head, first:  {"type": "hello", "status": NodeStatus}
 *   head -> node, then:   {"type": "time", "now": microseconds since 1970, "aliveMs"}: a node on another machine takes the time as its own and
                         sends an empty ALIVE frame every aliveMs: a link that is silent for twice that is given up
 *                         {"type": "pod", "object": Pod} | {"type": "service", "object": Service} | {"type": "volume", "object": Volume}   (each that concerns this node)
 *                         {"type": "peer", "name", "address", "podCIDR"}: another node, and the addresses of its pods
 *                         {"type": "synced"}: that was all; what the node has beyond it is no longer wanted
 *   head -> node, later:  the same four for what is new or changed (deletion asked for: metadata.deletionTimestamp is set),
 *                         {"type": "gone", "kind": "Pod"|"Service"|"Volume"|"Node", "namespace", "name", "uid"}
 *   node -> head:         {"type": "pod-status", "namespace", "name", "uid", "status": PodStatus}
 *                         {"type": "pod-gone", "namespace", "name", "uid"}       nothing of it is left on the node
 *                         {"type": "volume-status", "namespace", "name", "uid", "status": VolumeStatus}
 *                         {"type": "volume-gone", "namespace", "name", "uid"}
 *                         {"type": "node-status", "status": NodeStatus}          only when it changed
 *                         {"type": "services", "revision": n}                    the kernel has the Services as they were told up to that resourceVersion
 *                         {"type": "event", "object": Event}                     involvedObject, reason, message, type ("Normal", "Warning")
 *
 * Beside its object a pod's message has "secrets": {"<secret>": {"<key>": base64}}, what the pod refers to in Secrets of its namespace, as far as it is there; the message comes again when one changes. They
 * stand nowhere else: not in the object, its status or events.
 *
 * Operations: the head opens an even stream with a MESSAGE, the request; its "op" is one of NODE_OPS. The node answers with MESSAGE, DATA and DATA_ERR frames
 * and ends with CLOSE {"code": exit status, "error": text when it failed}. A CLOSE from the head ends the operation early (exec: the process is killed).
 *
 *   op            request beside "op"                                                  answer
 *   logs          pod (uid), container, follow, tailLines, sinceTime, timestamps        DATA, DATA_ERR; ends with the container unless it may run again (follow)
 *   exec          pod, container, command [..], tty, stdin, user, workingDir, env {},   MESSAGE {"started": true}, DATA, DATA_ERR; code: exit status.
 *                 rows, columns                                                         Takes DATA, EOF, and MESSAGE {"rows", "columns"} | {"signal": n}
 *   attach        pod, container, rows, columns (containers with a terminal)            as exec
 *   images        -                                                                     MESSAGE {"items": [{"id", "names", "size", "created", "digest", "inUse"}]}
 *   image-pull    name                                                                  MESSAGE: the helper's progress lines (image/image_fetch.h)
 *   image-import  name (may be absent); takes DATA: the archive, EOF                    MESSAGE: the helper's progress lines
 *   image-remove  name                                                                  MESSAGE {"freed": bytes}
 *
 * A client sends an operation with POST and an upgrade to FRAME_PROTOCOL, the request as its body; the frames then go on stream 1 of its connection:
 *     /sedge/v1/nodes/<name>/stream                     images, image-*
 *     /sedge/v1/namespaces/<ns>/pods/<pod>/stream       logs, exec, attach ("pod" is filled in by the head, "container" too when there is one only)
 *
 * Files: GET /sedge/v1/bundles/<digest> (a manifest, model/bundle_manifest.h), GET /sedge/v1/blobs/<digest>. A client puts blobs, then the bundle, by PUT; a
 * bundle whose blobs are not all there is refused with 409 and {"missing": [digests]}. HEAD or GET tells whether one is there.
 *
 * Pod states that the head relies on:
 *   - spec.sedge.state "Stopped": once the image is there, state.waiting.reason is "Stopped" (lastState keeps how it ended).
 *   - what fails: state.waiting.reason is one of pod_failures, with a sentence in message; the node goes on trying with back-off where that makes sense.
 *   - condition "Ready": all containers run and all components are at their goals; a container that ended with 0 and is not to run again counts as ready
 *     for the application, not for services.
 *   - components[i].attempt: the attempt that the report speaks of; a failed operation is tried again when spec's attempt is higher. */
#pragma once

#define NODE_OPS(X) X(logs, "logs") X(exec, "exec") X(attach, "attach") X(images, "images") X(image_pull, "image-pull") X(image_import, "image-import") X(image_remove, "image-remove")

#define POD_WAITING_STOPPED   "Stopped"
#define POD_WAITING_CREATING  "ContainerCreating"
#define POD_WAITING_PULLING   "Pulling"
#define POD_WAITING_AFTER     "WaitingForComponents" /* spec.sedge.after */
#define POD_FAILED_NAME       "InvalidImageName"
#define POD_FAILED_PULL       "ErrImagePull"
#define POD_FAILED_NO_IMAGE   "ErrImageNeverPull"
#define POD_FAILED_CREATE     "CreateContainerError" /* also crun's own words: no such program, no such user */
#define POD_FAILED_PORT       "PortInUse"
#define POD_FAILED_VOLUME     "VolumeError"
#define POD_FAILED_BUNDLE     "BundleError"
#define POD_FAILED_DISK       "DiskFull"
#define POD_FAILED_SECRET    "CreateContainerConfigError" /* a value of a Secret that it refers to is not there */
#define POD_FAILED_CRASH      "CrashLoopBackOff"

/* NULL-closed list of the POD_FAILED_* words. */
extern const char *const pod_failures[];
/* Does the pod's status (JSON) say that a container or component failed? Borrowed text for people, with the reason in *ret_reason; NULL when not. */
#include "base/json.h"
const char *pod_failure(const json_t *status, const char **ret_reason);
