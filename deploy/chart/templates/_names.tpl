{{- define "name" -}}
{{ .root.Release.Name | replace "." "-" | trunc 40 | trimSuffix "-" }}-{{ .part }}
{{- end }}

{{- define "selector" -}}
app.kubernetes.io/name: teamaround
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* A secret's name, or what to make: (dict "root" . "part" "keys" "files" "a b"). */}}
{{- define "secret" -}}
{{- $given := (index .root.Values .part).secret -}}
{{- $options := "" -}}
{{- range splitList " " .files }}{{ $options = printf "%s --from-file=%s" $options . }}{{ end -}}
{{- required (printf "%s.secret is missing. Make it: kubectl create secret generic NAME%s; then --set %s.secret=NAME. To run without this part: --set %s.enabled=false" .part $options .part .part) $given }}
{{- end }}

{{/* What every pod has: (dict "root" . "part" "keys" "stop" 30 "user" 10001). */}}
{{- define "pod" -}}
automountServiceAccountToken: false
{{- /* Else every Service here becomes a variable, and TEAMAROUND_KEYS_PORT is no setting. */}}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .stop }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "selector" . | nindent 8 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "harden" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* A mount shows secrets to the pod's group, and the processes refuse such files. So they are
copied into memory, for their own account alone. A missing one is named, with what to do:
(dict "root" . "image" ... "needs" (list (dict "from" "secret" "names" "a b" "secret" NAME))). */}}
{{- define "copy" -}}
- name: copy
  image: {{ .image }}
  {{- with .pull }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- include "harden" . | nindent 2 }}
  resources:
    requests: {cpu: 10m, memory: 16Mi}
    limits: {memory: 128Mi}
  command: [sh, -euc]
  args:
    - |
      umask 077
      cd /given
      {{- range .needs }}
      for name in {{ .names }}; do
        test -s "{{ .from }}/$name" || {
          echo "{{ .what }} has no $name, or it is empty. {{ .todo }}" >&2; exit 1; }
      done
      {{- end }}
      for each in *; do
        case "$each" in
          secret* | files) cp -rLf "$each"/. /own/ ;;
          source-*) mkdir -p "/own/secrets/${each#source-}"; cp -rLf "$each"/. "/own/secrets/${each#source-}/" ;;
          *) mkdir -p "/own/${each%%-*}"; cp -rLf "$each"/. "/own/${each%%-*}/" ;;
        esac
      done
      find /own -name '..*' -prune -exec rm -rf {} +
  volumeMounts:
    - {name: own, mountPath: /own}
    {{- range .mounts }}
    - {name: {{ . }}, mountPath: /given/{{ . }}, readOnly: true}
    {{- end }}
{{- end }}

{{/* The volumes of a copy: (dict "secrets" (dict "secret" NAME) "maps" (dict "files" NAME)). */}}
{{- define "copied" -}}
- name: own
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- range $mount, $name := .secrets }}
- name: {{ $mount }}
  secret: {secretName: {{ $name }}, optional: true, defaultMode: 0440}
{{- end }}
{{- range $mount, $name := .maps }}
- name: {{ $mount }}
  configMap: {name: {{ $name }}}
{{- end }}
{{- end }}

{{/* A disk of its own for each pod of a StatefulSet. */}}
{{- define "state" -}}
volumeClaimTemplates:
  - metadata:
      name: state
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClass }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests: {storage: {{ .size }}}
{{- end }}

{{/* A Job cannot be changed, so another one has another name. */}}
{{- define "schema-job" -}}
{{ include "name" (dict "root" . "part" "schema") }}-{{ list .Chart.Version .Values.image .Values.schema .Values.gateway | toJson | sha256sum | trunc 8 }}
{{- end }}
