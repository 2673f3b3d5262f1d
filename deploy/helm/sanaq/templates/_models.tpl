{{/* Several models behind one gateway: the chart's own, the default, and those of the value models. */}}

{{/* The name of a model in requests: its worker's, the name of the checkpoint's folder. */}}
{{- define "sanaq.model.name" -}}
{{ base .Values.model.path }}
{{- end -}}

{{/* The topic of requests and the group of a further model: (dict "root" $ "name" "drafts"). */}}
{{- define "sanaq.model.topic" -}}
{{- $requests := get .root.Values.models .name | dig "requests" "name" "" -}}
{{ $requests | default (printf "%s.%s" .root.Values.kafka.topics.requests.name .name) }}
{{- end -}}

{{- define "sanaq.model.group" -}}
{{ get .root.Values.models .name | dig "consumerGroup" "" | default (printf "%s-%s" .root.Values.kafka.consumerGroup .name) }}
{{- end -}}

{{/* Makes .into the root of a further model's templates: the chart's values, and over them its own. */}}
{{- define "sanaq.model.root" -}}
{{- $own := get .root.Values.models .name -}}
{{- if hasKey ($own.worker | default dict) "serviceAccount" -}}
{{- fail (printf "models.%s.worker.serviceAccount: all workers have the service account of worker.serviceAccount" .name) -}}
{{- end -}}
{{- $kafka := dict "consumerGroup" (include "sanaq.model.group" .) "topics" (dict "requests" (dict "name" (include "sanaq.model.topic" .))) -}}
{{- $values := mergeOverwrite (deepCopy .root.Values) (deepCopy (pick $own "model" "worker" "keda")) (dict "kafka" $kafka) -}}
{{- $_ := set .into "Values" $values -}}
{{- $_ := set .into "Model" .name -}}
{{- range $key := list "Release" "Chart" "Files" "Capabilities" "Template" -}}
{{- $_ := set $.into $key (index $.root $key) -}}
{{- end -}}
{{- end -}}

{{/* What the gateway has to know of the models; nothing if there is only the chart's own. */}}
{{- define "sanaq.models.env" -}}
{{- if .Values.models }}
{{- $names := dict (include "sanaq.model.name" .) "model" }}
- name: SANAQ_GATEWAY_DEFAULT_MODEL
  value: {{ include "sanaq.model.name" . | quote }}
- name: SANAQ_GATEWAY_MODELS_DEFAULT_NAME
  value: {{ include "sanaq.model.name" . | quote }}
{{- range $name, $own := .Values.models }}
{{- $prefix := printf "SANAQ_GATEWAY_MODELS_%s" (upper $name) }}
{{- $root := dict }}
{{- include "sanaq.model.root" (dict "root" $ "name" $name "into" $root) }}
{{- $model := include "sanaq.model.name" $root }}
{{- if hasKey $names $model }}
{{- fail (printf "models.%s.model.path: %s also has the model %s; the last part of the path is the name in requests, so each needs another" $name (get $names $model) $model) }}
{{- end }}
{{- $_ := set $names $model (printf "models.%s" $name) }}
- name: {{ $prefix }}_NAME
  value: {{ $model | quote }}
- name: {{ $prefix }}_REQUESTS
  value: {{ $root.Values.kafka.topics.requests.name | quote }}
- name: {{ $prefix }}_GROUP
  value: {{ $root.Values.kafka.consumerGroup | quote }}
{{- with $own.maxBacklog }}
- name: {{ $prefix }}_MAX_BACKLOG
  value: {{ . | quote }}
{{- end }}
{{- range $setting, $value := $own.estimate }}
- name: {{ $prefix }}_ESTIMATE_{{ $setting | snakecase | upper }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
