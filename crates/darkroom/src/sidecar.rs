//! Sidecars: small files beside an asset that say something of it.

/// An XMP sidecar with a rating and a description, as an editor writes it (ISO 16684-1).
#[must_use]
pub fn xmp(rating: u8, description: &str) -> Vec<u8> {
    let description = description.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="{rating}">
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"#
    )
    .into_bytes()
}
