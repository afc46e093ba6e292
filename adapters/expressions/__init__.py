"""JMESPath and XPath of manifests, compiled and weighed. May use contract."""
