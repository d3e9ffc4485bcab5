"""What tests/system/deploy asks of the files in deploy/.

  deploy.py kubernetes MANIFEST          checks, a line each: "ok" and what, or "not ok", what, wanted, found
  deploy.py args MANIFEST                the container's arguments, a line each
  deploy.py probe MANIFEST KIND          the command of a probe
  deploy.py docker MANIFEST FOLDER       options of `docker run` that say what the Deployment says, with a folder as its volume
  deploy.py countries MANIFEST FOLDER    writes the ConfigMap's files
  deploy.py volume FOLDER SOURCE         makes a mounted ConfigMap have the files of a folder, as kubelet does
  deploy.py scrape CONFIG PAGE FOLDER    writes prometheus.yml and pods.json, with what the pods of a cluster would be
  deploy.py collector CONFIG             the address of a DNS-collector, if its pipelines lead somewhere

MANIFEST is what `kubectl kustomize` prints.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

import yaml

#: The oldest and the newest Kubernetes that kubernetes-validate 1.37 has schemas of.
VERSIONS = ["1.32", "1.37"]


def check(what, wanted, found):
    if wanted == found:
        print(f"ok\t{what}")
    else:
        print("not ok", what, wanted, found, sep="\t")


def read(path):
    return [document for document in yaml.safe_load_all(Path(path).read_text()) if document]


def of_kind(manifest, kind):
    return [document for document in manifest if document["kind"] == kind]


def pod(manifest):
    [deployment] = of_kind(manifest, "Deployment")
    return deployment["spec"]["template"]


def container(manifest):
    [only] = pod(manifest)["spec"]["containers"]
    return only


def kubernetes(manifest):
    import kubernetes_validate

    for version in VERSIONS:
        for document in manifest:
            try:
                kubernetes_validate.validate(document, version, strict=True)
                found = "valid"
            except kubernetes_validate.ValidationError as error:
                found = " ".join(str(error).split())
            check(f"{document['kind']} {document['metadata']['name']}, Kubernetes {version}", "valid", found)
    spec, runs = pod(manifest)["spec"], container(manifest)
    # Pod Security Standards, "restricted": everything that this level asks for.
    security = runs["securityContext"]
    check("runs as nobody's user", [True, 65532], [spec["securityContext"][key] for key in ("runAsNonRoot", "runAsUser")])
    check("gains no rights", False, security["allowPrivilegeEscalation"])
    check("with one capability", {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}, security["capabilities"])
    check("seccomp", {"type": "RuntimeDefault"}, spec["securityContext"]["seccompProfile"])
    check("nothing of the node", [], [key for key in ("hostNetwork", "hostPID", "hostIPC") if key in spec])
    check("volumes of kinds that may be", ["configMap"],
          sorted({key for volume in spec["volumes"] for key in volume if key != "name"}))
    check("cannot write its files", True, security["readOnlyRootFilesystem"])
    check("no variables of Services", False, spec["enableServiceLinks"])
    check("no credentials", False, spec["automountServiceAccountToken"])
    # What refers to something refers to something that is there.
    [configmap] = of_kind(manifest, "ConfigMap")
    check("the volume is the ConfigMap", configmap["metadata"]["name"], spec["volumes"][0]["configMap"]["name"])
    check("it is mounted whole", [], [mount for mount in runs["volumeMounts"] if "subPath" in mount])
    check("the image has its place and version", "ghcr.io/owner/splinterdns:v0.1.0", runs["image"])
    labels, ports = pod(manifest)["metadata"]["labels"], {port["name"]: port for port in runs["ports"]}
    for service in of_kind(manifest, "Service"):
        name, selected = service["metadata"]["name"], service["spec"]["selector"]
        check(f"{name} selects the pods", selected, {key: labels.get(key) for key in selected})
        leads = [[port["protocol"], ports[port["targetPort"]]["protocol"]] for port in service["spec"]["ports"]]
        check(f"{name} leads to ports of both protocols", [["UDP", "UDP"], ["TCP", "TCP"]], leads)
    [outer] = [service["spec"] for service in of_kind(manifest, "Service") if service["spec"].get("type")]
    check("from outside clients keep their addresses", ["LoadBalancer", "Local"],
          [outer["type"], outer["externalTrafficPolicy"]])
    listeners = [word.rpartition(":")[2].split("=")[0] for word in runs["args"] if word.startswith(("--listen=", "--page="))]
    check("every port listens, and no other", sorted({str(port["containerPort"]) for port in ports.values()}),
          sorted(listeners))
    annotations = pod(manifest)["metadata"]["annotations"]
    check("the port to scrape is the page's", annotations["prometheus.io/port"], str(ports["page"]["containerPort"]))


def docker(manifest, folder):
    spec, runs = pod(manifest)["spec"], container(manifest)
    security = runs["securityContext"]
    # Docker opens low ports to everybody, and Kubernetes does not: there port 53 takes the capability.
    options = ["--sysctl", "net.ipv4.ip_unprivileged_port_start=1024"]
    options += ["--user", "{runAsUser}:{runAsGroup}".format(**spec["securityContext"])]
    for key, option in (("drop", "--cap-drop"), ("add", "--cap-add")):
        options += [word for name in security["capabilities"][key] for word in (option, name)]
    if security["allowPrivilegeEscalation"] is False:
        options += ["--security-opt", "no-new-privileges"]
    if security["readOnlyRootFilesystem"]:
        options += ["--read-only"]
    options += ["--memory", runs["resources"]["limits"]["memory"].replace("Mi", "m")]
    for mount in runs["volumeMounts"]:
        options += ["--volume", f"{folder}:{mount['mountPath']}:ro"]
    return options


def volume(folder, source):
    """The steps of kubelet's AtomicWriter (pkg/volume/util/atomic_writer.go), in its order."""
    folder, data = Path(folder), Path(folder) / "..data"
    folder.mkdir(exist_ok=True)
    before = os.readlink(data) if data.is_symlink() else None
    now = f"..{time.strftime('%Y_%m_%d_%H_%M_%S')}.{time.time_ns() % 10**9:09}"
    shutil.copytree(source, folder / now)
    os.symlink(now, folder / "..data_tmp")
    os.rename(folder / "..data_tmp", data)
    wanted = {path.name for path in Path(source).iterdir()}
    there = {path.name for path in folder.iterdir() if not path.name.startswith("..")}
    for name in sorted(wanted - there):
        os.symlink(f"..data/{name}", folder / name)
    for name in sorted(there - wanted):
        os.unlink(folder / name)
    if before:
        shutil.rmtree(folder / before)


def scrape(config, page, folder):
    """The job with pods from a file in place of a cluster's: the labels are those of its discovery for `role: pod`."""
    text = yaml.safe_load(Path(config).read_text())
    [job] = text["scrape_configs"]
    check("the job asks the cluster for pods", [{"role": "pod"}], job.pop("kubernetes_sd_configs"))
    job["file_sd_configs"] = [{"files": [str(Path(folder) / "pods.json")]}]
    job["scrape_interval"] = "1s"
    def target(address, port, name="splinterdns", scraped="true"):
        return {"targets": [address], "labels": {
            "__meta_kubernetes_namespace": "lab",
            "__meta_kubernetes_pod_name": f"{name}-0",
            "__meta_kubernetes_pod_label_app_kubernetes_io_name": name,
            "__meta_kubernetes_pod_annotation_prometheus_io_scrape": scraped,
            "__meta_kubernetes_pod_annotation_prometheus_io_path": "/metrics",
            "__meta_kubernetes_pod_container_port_name": port,
        }}
    pods = [target(page, "page"), target("127.0.0.1:1", "dns"), target("127.0.0.1:2", "dns-tcp"),
            target("127.0.0.1:3", "page", name="another"), target("127.0.0.1:4", "page", scraped="false")]
    (Path(folder) / "pods.json").write_text(json.dumps(pods))
    (Path(folder) / "prometheus.yml").write_text(yaml.safe_dump(text))


def collector(config):
    pipelines = yaml.safe_load(Path(config).read_text())["pipelines"]
    names = {pipeline["name"] for pipeline in pipelines}
    [dnstap] = [pipeline for pipeline in pipelines if "dnstap" in pipeline]
    unknown = set(dnstap["routing-policy"]["forward"]) - names
    if unknown:
        raise SystemExit(f"there is no pipeline {unknown}")
    print(dnstap["dnstap"]["listen-ip"], dnstap["dnstap"]["listen-port"])


match sys.argv[1:]:
    case ["kubernetes", path]:
        kubernetes(read(path))
    case ["args", path]:
        print("\n".join(container(read(path))["args"]))
    case ["probe", path, kind]:
        print(" ".join(container(read(path))[f"{kind}Probe"]["exec"]["command"]))
    case ["docker", path, folder]:
        print("\n".join(docker(read(path), folder)))
    case ["countries", path, folder]:
        for name, text in of_kind(read(path), "ConfigMap")[0]["data"].items():
            (Path(folder) / name).write_text(text)
    case ["volume", folder, source]:
        volume(folder, source)
    case ["scrape", config, page, folder]:
        scrape(config, page, folder)
    case ["collector", config]:
        collector(config)
    case _:
        sys.exit(__doc__)
