{{/* What the chart itself decides; everything else is in settings.toml. */}}
{{- define "gateway-variables" -}}
{{- $secret := .Values.gateway.secret -}}
- {name: TEAMAROUND_SERVER__HOST, value: "0.0.0.0"}
- {name: TEAMAROUND_SERVER__PORT, value: {{ .Values.gateway.port | quote }}}
- {name: TEAMAROUND_CONNECTIONS__DRAIN, value: {{ .Values.gateway.drain | quote }}}
- {name: TEAMAROUND_CONNECTIONS__STOP, value: {{ .Values.gateway.stop | quote }}}
- {name: TEAMAROUND_FILES__STATE, value: /var/lib/teamaround/state}
- name: TEAMAROUND_LOG__DSN
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: log-dsn}}
- name: TEAMAROUND_REPLICAS__VALKEY
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: valkey}}
{{- if .Values.gateway.metrics.enabled }}
- {name: TEAMAROUND_METRICS__HOST, value: "0.0.0.0"}
- {name: TEAMAROUND_METRICS__PORT, value: {{ .Values.gateway.metrics.port | quote }}}
- {name: TEAMAROUND_METRICS__CREDENTIAL, value: /etc/teamaround/metrics-credential}
{{- end }}
{{- end }}

{{- define "gateway-mounts" -}}
- {name: own, mountPath: /etc/teamaround, readOnly: true}
- {name: state, mountPath: /var/lib/teamaround}
- {name: tmp, mountPath: /tmp}
{{- end }}
